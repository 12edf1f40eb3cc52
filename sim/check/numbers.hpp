// Tokens and revisions, of which some are known only by what others saw.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <vector>

namespace check {

// Tokens or revisions that a history names, and what one of unknown outcome may have been.
class Numbers {
 public:
  using Number = std::uint64_t;

  void name(Number number) { named_.insert(number); }              // somebody asked for it
  void see(Number number) { name(number), seen_.insert(number); }  // … and found it in force
  void give(Number number) { name(number), given_.insert(number); }
  // After the last of these.
  void settle();

  // Those above `last` that may be an unknown one: the least that nobody names, what was named in vain below
  // it, and what was seen though nobody was given it.
  std::vector<Number> unknown_after(Number last) const;

 private:
  std::set<Number> named_;
  std::set<Number> seen_;
  std::set<Number> given_;
  std::set<Number> unexplained_;        // named or seen, and not given
  std::map<Number, Number> next_free_;  // of every named one: the least above it that nobody names
};

}  // namespace check
