// A lock with fencing tokens (exclusive, shared or counted, entered once or more) and the status record of
// the same name, as one object.
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

#include "sim/check/holds.hpp"
#include "sim/check/numbers.hpp"
#include "sim/check/timeline.hpp"

namespace check {

class LockModel {
 public:
  // The last token; the holds, by their number in the table; the last revision; the record's writer (its item
  // + 1, 0: no record).
  using State = std::array<std::uint64_t, 4>;

  explicit LockModel(std::span<const Item> items);

  State initial() const { return {0, 0, 0, 0}; }
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
  void grant_unknown(Attempt& attempt, const Acquire& op) const;
  void reenter(Attempt& attempt, const Acquire& op, const Granted& granted) const;
  void release(Attempt& attempt, const Release& op, const Operation& operation) const;
  void leave(Attempt& attempt, const Leave& op, const Operation& operation) const;
  void downgrade(Attempt& attempt, const Downgrade& op, const Operation& operation) const;
  void break_hold(Attempt& attempt, const Break& op, const Operation& operation) const;
  void ask(Attempt& attempt, Token token, const Operation& operation) const;
  void set(Attempt& attempt, const StatusSet& op, const Operation& operation) const;
  void clear(Attempt& attempt, const StatusClear& op, const Operation& operation) const;
  void get(Attempt& attempt, const Operation& operation) const;
  std::vector<Revision> possible_revisions(const State& state, const StatusSet& op) const;

  std::vector<Item> items_;
  std::vector<Traits> traits_;
  std::vector<Mark> marks_;
  std::vector<Timeline::Place> mark_places_;
  void mark_expiries(std::span<const Item> items);
  bool says_nothing(const Operation& operation) const;

  struct Expiry {
    std::uint32_t ends;   // the mark from which on it may be over
    std::uint32_t first;  // … from which on some of its entries may
    std::uint32_t frees;  // … from which on others may have the name
  };
  std::map<Token, Expiry> expires_;
  std::map<std::uint32_t, std::uint32_t> vanishes_;  // writer → the mark from which on its record may be gone

  mutable HoldTable holds_;

  // Of the whole history of this key.
  bool groups_ = false;    // some requests were for several names
  bool reenters_ = false;  // holds were entered more than once
  std::optional<std::uint64_t> counted_limit_;  // every request was for one of so many
  std::map<Token, std::uint64_t> delays_ms_;
  Numbers tokens_;
  Numbers revisions_;
  std::map<Revision, RecordSeen> records_seen_;
};

}  // namespace check
