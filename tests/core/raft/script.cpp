#include "tests/core/raft/script.hpp"

#include <istream>

#include "core/base/check.hpp"
#include "tests/core/raft/script_run.hpp"

namespace raft_test {

void run_script(const std::string& name, std::istream& lines) {
  ScriptRun run;
  std::string text;
  for (int number = 1; std::getline(lines, text); ++number) {
    const auto fail = [&](const std::exception& why) {
      throw ScriptFailed(name + ":" + std::to_string(number) + ": `" + text + "`: " + why.what() + "\n" +
                         run.state());
    };
    try {
      run.carry_out(ScriptLine(text));
    } catch (const BadLine& why) {
      fail(why);
    } catch (const base::CheckFailed& why) {
      fail(why);
    }
  }
  if (!run.has_expected()) throw ScriptFailed(name + ": expects nothing");
}

}  // namespace raft_test
