#include "sim/programs.hpp"

#include "core/base/check.hpp"

namespace sim {

const std::vector<std::string>& program_names() {
  static const std::vector<std::string> names = {"locks", "reader", "register", "status", "upload"};
  return names;
}

lock::Consistency consistency_of(const ProgramTuning& tuning, base::Random& random) {
  if (tuning.reads) return *tuning.reads;
  static constexpr lock::Consistency kAll[] = {lock::Consistency::linearizable, lock::Consistency::lease,
                                               lock::Consistency::stale};
  return kAll[random.below(3)];
}

std::unique_ptr<Program> make_program(const ProgramTuning& tuning, std::uint32_t number) {
  if (tuning.program == "locks") return make_locks(tuning);
  if (tuning.program == "reader") return make_reader(tuning);
  if (tuning.program == "register") return make_register(tuning, number);
  if (tuning.program == "status") return make_status(tuning, number);
  CHECK(tuning.program == "upload");
  return make_upload(tuning);
}

}  // namespace sim
