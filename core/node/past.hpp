// What has happened to names lately, bounded, so that whoever was cut off can be told what he missed.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "core/lock/event.hpp"
#include "core/lock/reply.hpp"

namespace node {

struct PastBounds {
  std::size_t changes = 10'000;
  std::size_t bytes = 4u << 20;
};

class Past {
 public:
  struct Happened {
    std::uint64_t index;  // of the entry that made it
    lock::Event event;
  };
  using Iterator = std::deque<Happened>::const_iterator;

  explicit Past(PastBounds bounds = {}) : bounds_(bounds) {}

  // Nothing up to `index` is known.
  void begin(std::uint64_t index);
  // The events of the next entry; what changes no name is left out. The oldest entries go where there is no
  // room, each of them whole, even this one.
  void add(std::uint64_t index, const std::vector<lock::Event>& events);

  // Whether everything behind `index` is here.
  bool reaches(std::uint64_t index) const { return index >= begin_; }
  // The last entry, whether it made an event or not.
  std::uint64_t through() const { return through_; }

  // The first that happened behind `index`.
  Iterator behind(std::uint64_t index) const;
  Iterator end() const { return kept_.end(); }
  std::size_t size() const { return kept_.size(); }
  std::size_t bytes() const { return bytes_; }

 private:
  void forget_oldest_entry();

  PastBounds bounds_;
  std::deque<Happened> kept_;
  std::size_t bytes_ = 0;
  std::uint64_t begin_ = 0;
  std::uint64_t through_ = 0;
};

// Nothing where it changes no name.
const std::string* name_in(const lock::Event& event);
// Only of one that changes a name.
lock::Change to_change(std::uint64_t index, const lock::Event& event);

}  // namespace node
