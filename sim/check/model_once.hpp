// A Once: runs that follow one another, each under a token of its own, until one leaves an outcome that is
// kept.
//
// As in the model of a lock, what ends by itself does so only when the search needs it: a run whose client
// stopped believing in it, one that nobody was told of, a record past its time.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "sim/check/numbers.hpp"
#include "sim/check/timeline.hpp"

namespace check {

class OnceModel {
 public:
  // The last token; the phase; the attempt of the last run; who made the record (its item + 1); whose words
  // the outcome is (its item + 1, 0: nobody's); the record's revision (0: nobody was told).
  using State = std::array<std::uint64_t, 6>;

  explicit OnceModel(std::span<const Item> items);

  State initial() const { return {}; }
  void step(const State& state, std::uint32_t item, Timeline::Place place, std::vector<State>& out) const;

  std::span<const Traits> traits() const { return traits_; }
  std::span<const Mark> marks() const { return marks_; }
  void meet(const Timeline& timeline);

  static std::vector<bool> useful(std::span<const Item> items) {
    return std::vector<bool>(items.size(), true);
  }
  static bool fits(const Operation& operation);

 private:
  struct Attempt;

  void learn(const Item& item);
  void add_mark(std::map<Token, std::uint32_t>& marks, Token token, std::int64_t time);
  Traits traits_of(std::uint32_t number) const;
  const Once& terms(const State& state) const;
  bool is_last(const State& state) const;

  void once(Attempt& attempt, const Operation& operation) const;
  void run(Attempt attempt, Token token, std::optional<std::uint64_t> number, bool told) const;
  void told(Attempt& attempt, const Outcome& outcome) const;
  void finish(Attempt& attempt, const OnceFinish& op, const Operation& operation) const;
  void on_token(Attempt& attempt, Token token, bool ends, const Operation& operation) const;
  void get(Attempt& attempt, const StatusSeen& seen) const;

  std::vector<Item> items_;
  std::vector<Traits> traits_;
  std::vector<Mark> marks_;
  std::vector<Timeline::Place> mark_places_;
  std::map<Token, std::uint32_t> ends_;      // token → the mark from which on its run may be over
  std::map<Token, std::uint32_t> vanishes_;  // … from which on the record that it left may be gone
  std::optional<std::uint32_t> unknown_vanishes_;
  std::uint64_t keep_ms_ = 0;  // the least that anybody asked for
  Numbers tokens_;
};

}  // namespace check
