#include "sim/programs.hpp"

#include <algorithm>

#include "core/base/check.hpp"

namespace sim {

namespace {

// Is there, and asks for nothing.
struct Idle : Program {
  Task run(Agent&) override { co_return; }
};

}  // namespace

const std::vector<std::string>& program_names() {
  static const std::vector<std::string> names = {"detached", "elect",  "idle",       "locks",   "modes",
                                                 "multi",    "once",   "reader",     "reenter", "register",
                                                 "status",   "upload", "upload_once"};
  return names;
}

bool works_in_rounds(const std::string& program) {
  static const std::vector<std::string> others = {"elect", "idle", "reader", "upload", "upload_once"};
  return std::find(others.begin(), others.end(), program) == others.end();
}

lock::Consistency consistency_of(const ProgramTuning& tuning, Draws& random) {
  if (tuning.reads) return *tuning.reads;
  static constexpr lock::Consistency kAll[] = {lock::Consistency::linearizable, lock::Consistency::lease,
                                               lock::Consistency::stale};
  return kAll[random.below(3)];
}

std::unique_ptr<Program> make_program(const ProgramTuning& tuning, std::uint32_t number) {
  if (tuning.program == "locks") return make_locks(tuning);
  if (tuning.program == "idle") return std::make_unique<Idle>();
  if (tuning.program == "detached") return make_detached(tuning);
  if (tuning.program == "elect") return make_elect(tuning);
  if (tuning.program == "modes") return make_modes(tuning);
  if (tuning.program == "multi") return make_multi(tuning);
  if (tuning.program == "once") return make_once(tuning, number);
  if (tuning.program == "reenter") return make_reenter(tuning);
  if (tuning.program == "upload_once") return make_upload_once(tuning);
  if (tuning.program == "reader") return make_reader(tuning);
  if (tuning.program == "register") return make_register(tuning, number);
  if (tuning.program == "status") return make_status(tuning, number);
  CHECK(tuning.program == "upload");
  return make_upload(tuning);
}

}  // namespace sim
