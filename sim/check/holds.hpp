// The holds of one name, as the model of a lock keeps them.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <vector>

#include "sim/check/history.hpp"

namespace check {

enum class Life : std::uint8_t {
  told,    // its client knows of it
  untold,  // nobody was told: it may end at any time
  ended,   // by itself, and nobody gets the name for its lock delay
  broken,  // by somebody, and nobody gets the name before its client stops believing in it or releases it
};

struct Hold {
  Token token = 0;
  Mode mode = Mode::exclusive;
  std::uint64_t limit = 1;
  std::uint64_t entries = 1;
  std::uint64_t untold = 0;  // of the entries those that nobody was told of: each may end at any time
  Life life = Life::told;
  bool delays = false;  // an untold one that asked for a lock delay

  bool is_live() const { return life == Life::told || life == Life::untold; }
  auto operator<=>(const Hold&) const = default;
};
using Holds = std::vector<Hold>;  // by token

// Gives equal holds one number, from 0 for none on.
class HoldTable {
 public:
  HoldTable() { number({}); }
  std::uint64_t number(const Holds& holds) {
    const auto [at, fresh] = numbers_.try_emplace(holds, all_.size());
    if (fresh) all_.push_back(&at->first);
    return at->second;
  }
  const Holds& at(std::uint64_t number) const { return *all_[number]; }

 private:
  std::map<Holds, std::uint64_t> numbers_;
  std::vector<const Holds*> all_;
};

// Whether two may hold a name together; how many counted ones may is another question.
inline bool go_together(const Hold& hold, Mode mode, std::uint64_t limit) {
  if (mode == Mode::exclusive || hold.mode != mode) return false;
  return mode == Mode::shared || hold.limit == limit;
}

}  // namespace check
