// Text that drives several real servers by hand and says what each must believe. The judge looks at every
// step besides. See tests/core/raft/scripts/README.md for the commands.
#pragma once

#include <iosfwd>
#include <stdexcept>
#include <string>

namespace raft_test {

// `NAME:LINE: COMMAND: what is wrong`, then the state of every server and the messages in flight.
class ScriptFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Throws ScriptFailed at the first line that makes no sense, or doesn't hold, or where the judge objects.
void run_script(const std::string& name, std::istream& lines);

}  // namespace raft_test
