// An exclusive lock with fencing tokens and the status record of the same name, as one object.
//
// What ends by itself (a hold whose client stopped believing in it, one that nobody was told of, a record
// past its time) does so only when the search needs it: until then its end could as well come later. Tokens
// and revisions of unknown outcome are one of those that somebody saw and nobody was given, or the least that
// nobody ever saw.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "sim/check/timeline.hpp"

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

class LockModel {
 public:
  // The last token and how it is held; the last revision; the record's writer (its item + 1, 0: no record).
  using State = std::array<std::uint64_t, 3>;

  explicit LockModel(std::span<const Item> items);

  State initial() const { return {0, 0, 0}; }
  void step(const State& state, std::uint32_t item, Timeline::Place place, std::vector<State>& out) const;

  std::span<const Traits> traits() const { return traits_; }
  std::span<const Mark> marks() const { return marks_; }
  void meet(const Timeline& timeline);

  static std::vector<bool> useful(std::span<const Item> items);
  static bool fits(const Operation& operation);
  // The earliest moment at which the record may be gone, for a clock that runs fast by at most one part in a
  // thousand.
  static std::int64_t earliest_end(const Item& set);

 private:
  struct Attempt;  // one step on its way

  Traits traits_of(const Item& item, std::uint32_t number);
  void learn(const Item& item);

  void acquire(Attempt& attempt, const Acquire& op, const Operation& operation) const;
  void release(Attempt& attempt, const Release& op, const Operation& operation) const;
  void ask(Attempt& attempt, Token token, const Operation& operation) const;
  void set(Attempt& attempt, const StatusSet& op, const Operation& operation) const;
  void clear(Attempt& attempt, const StatusClear& op, const Operation& operation) const;
  void get(Attempt& attempt, const Operation& operation) const;
  std::vector<Revision> possible_revisions(const State& state, const StatusSet& op) const;

  std::vector<Item> items_;
  std::vector<Traits> traits_;
  std::vector<Mark> marks_;
  std::vector<Timeline::Place> mark_places_;
  std::map<Token, std::uint32_t> expires_;           // token → the mark from which on it may end
  std::map<std::uint32_t, std::uint32_t> vanishes_;  // writer → the mark from which on its record may be gone

  // Of the whole history of this key.
  Numbers tokens_;
  Numbers revisions_;
  std::map<Revision, RecordSeen> records_seen_;
};

}  // namespace check
