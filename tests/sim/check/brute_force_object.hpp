// The plainest objects, for trying out every order.
#pragma once

#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "sim/check/history.hpp"

namespace check::test {

constexpr std::int64_t any_time = std::numeric_limits<std::int64_t>::min();
// Tokens and revisions in these histories are smaller.
constexpr std::uint64_t number_max = 14;

enum class Stands { yes, nobody_knows, until_delay, until_confirmed, for_some_time };
struct Holder {
  Token token = 0;
  Mode mode = Mode::exclusive;
  std::uint64_t limit = 1;
  std::uint64_t entries = 1;
  std::uint64_t untold = 0;  // of the entries
  Stands stands = Stands::yes;
  std::uint64_t delay_ms = 0;

  bool live() const { return stands == Stands::yes || stands == Stands::nobody_knows; }
};

struct Object {
  Value value;  // of a register or a text

  // Of a lock.
  Token token = 0;
  std::vector<Holder> holders;
  Revision revision = 0;
  const Operation* record = nullptr;
  std::optional<std::uint64_t> every_limit = {};  // every request was for one of so many

  // Of a Once.
  enum class Phase { none, running, pending, ended, lost } phase = Phase::none;
  bool runner_unknown = false;
  std::uint64_t attempt = 0;
  const Once* terms = nullptr;
  const Operation* words = nullptr;
};
using Ending = std::pair<Object, std::int64_t>;

template <class R>
const R* as(const Operation& o) {
  return o.ret ? std::get_if<R>(&*o.ret) : nullptr;
}

// All states that the operation's taking effect may lead to.
std::vector<Object> apply_lock(Object s, const Operation& o);
std::vector<Object> apply_once(Object s, const Operation& o);
// What may end by itself now, and from when on.
std::vector<Ending> drift_lock(const Object& s, const History& history);
std::vector<Ending> drift_once(const Object& s, const History& history);

std::optional<std::uint64_t> every_limit(const History& history);
// From when on the client of the hold may have stopped believing in it; of several clients the last, or the
// first.
std::optional<std::int64_t> over_from(const History& history, Token token, bool of_the_first);

}  // namespace check::test
