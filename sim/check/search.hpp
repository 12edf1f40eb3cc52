// The search for an order: depth first, branching only where a return forces it (Lowe 2017, just-in-time
// linearization).
//
// A configuration is (place in the timeline, which open operations have taken effect, the object's state).
// Operations that leave the state alone take effect as soon as they can. Of open operations with the same
// effect and outcome only the one that returns first is tried.
#pragma once

#include <algorithm>
#include <array>
#include <span>
#include <variant>
#include <vector>

#include "sim/check/linearizability.hpp"
#include "sim/check/row_set.hpp"
#include "sim/check/timeline.hpp"

namespace check {

struct Ordered {};
struct Unorderable {
  std::uint32_t item;  // the earliest return that no configuration survives
};
struct GaveUp {};
using Found = std::variant<Ordered, Unorderable, GaveUp>;

// M: State (an array of words), initial(), and step(state, item, place, out): appends every state that the
// item's taking effect just before `place` may lead to.
template <class M>
class Search {
 public:
  using State = typename M::State;

  Search(const M& model, std::span<const Traits> traits, const Timeline& timeline, const Budget& budget)
      : model_(model),
        traits_(traits),
        timeline_(timeline),
        budget_(budget),
        width_(1 + words + (timeline.slots() + 63) / 64),
        rows_(width_) {}

  Found run() {
    std::vector<std::uint64_t> row(width_, 0);
    set_state(row, model_.initial());
    if (reached_end(row)) return Ordered{};
    while (!stack_.empty()) {
      if (rows_.size() > budget_.configurations || rows_.bytes() > budget_.bytes) return GaveUp{};
      const auto candidate = next_candidate(stack_.back());
      if (candidate == Timeline::none) {
        stack_.pop_back();
      } else if (place(stack_.back().row, candidate)) {
        return Ordered{};
      }
    }
    return Unorderable{timeline_.events()[farthest_].item};
  }

  std::uint32_t configurations() const { return rows_.size(); }

 private:
  static constexpr std::size_t words = std::tuple_size_v<State>;
  using Row = std::span<std::uint64_t>;
  using ConstRow = std::span<const std::uint64_t>;

  struct Frame {
    std::uint32_t row;
    std::uint32_t tried = 0;
  };

  static State state_of(ConstRow row) {
    State state;
    std::copy_n(row.begin() + 1, words, state.begin());
    return state;
  }
  static void set_state(Row row, const State& state) { std::ranges::copy(state, row.begin() + 1); }
  bool taken(ConstRow row, std::uint32_t item) const {
    const auto slot = timeline_.slot(item);
    return (row[1 + words + slot / 64] >> (slot % 64)) & 1;
  }
  void flip(Row row, std::uint32_t item) const {
    const auto slot = timeline_.slot(item);
    row[1 + words + slot / 64] ^= std::uint64_t{1} << (slot % 64);
  }

  // The returning one first, then those open beside it, then those that need never happen.
  std::uint32_t next_candidate(Frame& frame) {
    const ConstRow row = rows_.row(frame.row);
    const auto place = static_cast<Timeline::Place>(row[0]);
    const auto open = timeline_.open(place);
    const auto optional = timeline_.optional(place);
    while (frame.tried < open.size() + optional.size()) {
      const auto i = frame.tried++;
      const auto item = i < open.size() ? open[i] : optional[i - open.size()];
      if (taken(row, item)) continue;
      const auto twin = timeline_.twin_before(item);
      if (twin != Timeline::none && !taken(row, twin)) continue;
      const auto earlier = open.first(std::min<std::size_t>(i, open.size()));
      const bool has_twin = std::ranges::any_of(earlier, [&](std::uint32_t other) {
        return traits_[other].kind == traits_[item].kind && !taken(row, other);
      });
      if (!has_twin) return item;
    }
    return Timeline::none;
  }

  bool place(std::uint32_t from, std::uint32_t item) {
    next_.clear();
    model_.step(state_of(rows_.row(from)), item, static_cast<Timeline::Place>(rows_.row(from)[0]), next_);
    for (std::size_t i = next_.size(); i-- > 0;) {
      std::vector<std::uint64_t> row(rows_.row(from).begin(), rows_.row(from).end());
      flip(row, item);
      set_state(row, next_[i]);
      const auto place = static_cast<Timeline::Place>(row[0]);
      for (const auto other : timeline_.open(place)) read(row, other, place);
      if (reached_end(row)) return true;
    }
    return false;
  }

  // Lets it take effect if that changes nothing.
  void read(Row row, std::uint32_t item, Timeline::Place place) {
    if (!traits_[item].reads || taken(row, item)) return;
    const State state = state_of(row);
    seen_.clear();
    model_.step(state, item, place, seen_);
    if (std::ranges::find(seen_, state) != seen_.end()) flip(row, item);
  }

  // Moves on to the next return of an operation that has not taken effect; keeps the configuration if it is
  // new.
  bool reached_end(Row row) {
    const auto events = timeline_.events();
    auto place = static_cast<Timeline::Place>(row[0]);
    for (; place < events.size(); ++place) {
      const auto [what, item] = events[place];
      if (what == Timeline::What::mark) continue;
      if (what == Timeline::What::call) {
        if (timeline_.return_of(item) != Timeline::none) read(row, item, place);
      } else if (taken(row, item)) {
        flip(row, item);
      } else {
        break;
      }
    }
    if (place == events.size()) return true;
    row[0] = place;
    farthest_ = std::max(farthest_, place);
    const auto [number, fresh] = rows_.insert(row);
    if (fresh) stack_.push_back({number});
    return false;
  }

  const M& model_;
  std::span<const Traits> traits_;
  const Timeline& timeline_;
  const Budget& budget_;
  std::size_t width_;
  RowSet rows_;
  std::vector<Frame> stack_;
  std::vector<State> next_;
  std::vector<State> seen_;
  Timeline::Place farthest_ = 0;
};

}  // namespace check
