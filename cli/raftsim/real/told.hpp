// What a server tells in its log, read back: lockd -v says every event there (net/event_line).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/raft/configuration.hpp"

namespace real {

struct Told {
  std::string event;  // as a scenario's `when` names it; also "members", "serving", "snapshot_refused"
  std::string lock = {};
  std::string state = {};
  std::string reason = {};           // of hold_ended and session_ended, as a scenario names it
  std::uint64_t session = 0;         // 0: it doesn't say whose
  std::uint64_t term = 0;            // of leader_elected and stepped_down
  raft::Configuration members = {};  // of "members": numbers and votes only
};

// Of a line "lockd[1]: …"; nothing: it tells of something else. `text`: the line without that beginning.
struct ToldLine {
  std::string text;
  std::optional<Told> told;
};
ToldLine read_line(std::string_view line);

}  // namespace real
