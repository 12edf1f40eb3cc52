#include "sim/programs.hpp"

#include "core/base/check.hpp"

namespace sim {

const std::vector<std::string>& program_names() {
  static const std::vector<std::string> names = {"locks", "register", "status", "upload"};
  return names;
}

std::unique_ptr<Program> make_program(const ProgramTuning& tuning, std::uint32_t number) {
  if (tuning.program == "locks") return make_locks(tuning);
  if (tuning.program == "register") return make_register(tuning, number);
  if (tuning.program == "status") return make_status(tuning, number);
  CHECK(tuning.program == "upload");
  return make_upload(tuning);
}

}  // namespace sim
