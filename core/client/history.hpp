// What a client saw, one JSON object a line: the form that `raftsim check` reads.
//
//   {"client": 3, "key": NAME, "op": OP, "args": {…}, "group": N, "start": NS, "end": NS, "ret": {…}}
//
// A request for several names is a line a name, alike but for `key` and the mode; `group`, which others lack,
// is the number (from 1) of the first of these lines in its file. A request without a known outcome has
// "end": null and no `ret`. Below: op, its args, and every form of its ret; what is in brackets may be
// absent.
//
//   acquire       mode: exclusive | shared | counted, limit (of counted), wait, [detached_ms], [max_hold_ms],
//                 [lock_delay_ms], [queue: barge | newest | priority], [level (of priority)]
//                 -> granted: true, token, [entries, where above 1]
//                 -> granted: false, [superseded: true], [deadlock: true]
//   release       token -> released
//   leave         token, of the grant that it gives back -> left
//   downgrade     token -> downgraded
//   break         token, now -> broken: true, blocked_ms
//                 -> broken: false
//   renew         token, ttl_ms -> held
//   check         token -> held
//   expire        token; never ends: from `start` on the hold may be over
//   once          keep_ms, attempts, on_fail: next | replay, input, wait -> run: true, token, attempt
//                 -> run: false, [superseded: true], [deadlock: true]
//                 -> outcome: done | failed | lost, code, value, attempt, revision, [cut: true]
//   once_finish   token, code, value, [cut: true] -> finished: true, state: done | failed | pending, revision
//                 -> finished: false, stale_token: true
//   status_set    state, [code], value, [token], [if_revision], ttl_ms -> set: true, revision
//                 -> set: false, revision
//                 -> set: false, stale_token: true
//   status_clear  [if_revision] -> cleared, [revision, where it was another]
//   status_get    -> state or null, [revision, value, code, token], holders: [tokens],
//                 [holder: token or null, where at most one holds], [holder_count, where some are not told]
//
// release, downgrade, break, renew, check and expire are one line, under the name they were asked with, and
// concern every name of the hold. A leave is a line a name.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/client/client.hpp"

namespace client {

// What an Acquire or a Once was granted.
struct Grant {
  std::vector<std::string> names;
  lock::Token token;
};

// One question from call to outcome, on one clock for all clients of a history.
//
// Of a Finished with `undone` the caller records two: the Acquire or Once as Granted that token, from its
// start to undone.granted; then with TimedOut what given_back() makes of it, with SessionExpired an expiry of
// each of its names from its start.
struct Recorded {
  std::uint64_t client = 0;  // after an unknown outcome the next operation gets a new one
  Question question;
  std::int64_t start_ns = 0;
  std::optional<std::int64_t> end_ns;  // nothing: the outcome is unknown
  std::optional<lock::Reply> reply;    // with end_ns
  std::optional<Grant> left = {};      // of a Leave: what it gives back; without it there is no line
};

// Whether it may have been carried out, now or later: without an end, or an Acquire or Once bound to a
// session that has expired, whose hold others may have seen.
bool is_unknown(const Recorded& recorded);

// The Leave by which the client gave back what `taken`, an Acquire or a Once, had been granted unwanted. Its
// outcome is unknown: a TimedOut does not tell whether the hold was still there, or broken or over before.
Recorded given_back(const Recorded& taken, const Undone& undone, std::int64_t granted_ns);

// Without their newlines; none for what constrains no history (TimedOut, refused, NotLeader, CloseSession,
// Cancel, GetHealth, List, Watch, a read of unknown outcome). `next_line`: the number of the first of them in
// the file that they go to.
std::vector<std::string> history_lines(const Recorded& recorded, std::uint64_t next_line);
// Only of a question about one name.
std::optional<std::string> history_line(const Recorded& recorded);

// From `start_ns` on, the hold may end by itself: its client stopped believing in it. An operation without an
// end.
std::string expiry_line(std::uint64_t client, const std::string& name, lock::Token token,
                        std::int64_t start_ns);

}  // namespace client
