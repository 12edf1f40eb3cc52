// Calls and returns of one key's operations in their order, with everything the search looks up by place.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "sim/check/history.hpp"

namespace check {

// An operation as evidence. Loose: it may happen at any time or never, with the effect that it had; so it
// constrains nothing, and explains what it explained. For shrinking a counter-example.
struct Item {
  const Operation* operation = nullptr;
  bool loose = false;

  bool is_optional() const { return loose || !operation->end; }
  std::int64_t start() const { return loose ? std::numeric_limits<std::int64_t>::min() : operation->start; }
};

// What the search is told of an item by its model.
struct Traits {
  bool placed = true;      // false: no operation of its own (an Expire, or what constrains nothing)
  bool reads = false;      // never changes the state
  std::uint32_t kind = 0;  // equal: the same effect and the same outcome
};

// A moment from which on the model allows something.
struct Mark {
  std::int64_t time = 0;
  std::uint32_t id = 0;  // the model's
};

class Timeline {
 public:
  using Place = std::uint32_t;
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

  enum class What : std::uint8_t { call, ret, mark };
  struct Event {
    What what;
    std::uint32_t item;  // or the mark's id
  };

  Timeline(std::span<const Item> items, std::span<const Traits> traits, std::span<const Mark> marks);

  std::span<const Event> events() const { return events_; }
  std::uint32_t slot(std::uint32_t item) const { return slots_[item]; }
  std::uint32_t slots() const { return slot_count_; }
  Place return_of(std::uint32_t item) const { return returns_[item]; }

  // Those that must return, open at a return; by their returns.
  std::span<const std::uint32_t> open(Place at) const {
    return std::span(open_).subspan(open_from_[at], open_from_[at + 1] - open_from_[at]);
  }
  // Those that need never happen, called before `at`.
  std::span<const std::uint32_t> optional(Place at) const {
    return std::span(optional_).first(optional_before_[at]);
  }
  // The optional item of the same kind that was called before this one, or none.
  std::uint32_t twin_before(std::uint32_t item) const { return twin_before_[item]; }

 private:
  void order(std::span<const Item> items, std::span<const Traits> traits, std::span<const Mark> marks);
  void number_slots(std::span<const Item> items);
  void list_open(std::span<const Item> items);

  std::vector<Event> events_;
  std::vector<std::uint32_t> slots_;
  std::vector<Place> returns_;
  std::vector<std::uint32_t> open_;
  std::vector<std::uint32_t> open_from_;
  std::vector<std::uint32_t> optional_;
  std::vector<std::uint32_t> optional_before_;
  std::vector<std::uint32_t> twin_before_;
  std::uint32_t slot_count_ = 0;
};

}  // namespace check
