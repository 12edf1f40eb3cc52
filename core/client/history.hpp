// What a client saw, one JSON object a line: the form that `raftsim check` reads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/client/client.hpp"

namespace client {

// One question from call to outcome, on one clock for all clients of a history.
//
// Of a Finished with `undone` the caller records two: the Acquire as Granted that token, from its start to
// undone.granted; then with TimedOut a Release of the token, Released, from there to the end, with
// SessionExpired an expiry from the Acquire's start.
struct Recorded {
  std::uint64_t client = 0;  // after an unknown outcome the next operation gets a new one
  Question question;
  std::int64_t start_ns = 0;
  std::optional<std::int64_t> end_ns;  // nothing: the outcome is unknown
  std::optional<lock::Reply> reply;    // with end_ns
};

// Whether it may have been carried out, now or later: without an end, or an Acquire bound to a session that
// has expired, whose hold others may have seen.
bool is_unknown(const Recorded& recorded);

// One line without its newline; nothing for what constrains no history (TimedOut, refused, NotLeader,
// CloseSession, GetHealth, List, a read of unknown outcome).
std::optional<std::string> history_line(const Recorded& recorded);

// From `start_ns` on, the hold may end by itself: its client stopped believing in it. An operation without an
// end.
std::string expiry_line(std::uint64_t client, const std::string& name, lock::Token token,
                        std::int64_t start_ns);

}  // namespace client
