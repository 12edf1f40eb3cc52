// Whatever occurs in many states is kept once and named by a number.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "sim/explore/flat_map.hpp"
#include "sim/explore/hash.hpp"

namespace explore {

struct Pair {
  std::uint32_t first = 0;
  std::uint32_t second = 0;

  bool operator==(const Pair&) const = default;
  // Its users count `first` from 1.
  explicit operator bool() const { return first != 0; }
  std::uint64_t bucket() const { return mixed(std::uint64_t{first} << 32 | second); }
};

// Numbers from 1, so that 0 can mean none.
template <class Value>
class Pool {
 public:
  // The number of the value with that hash; `fresh` where it is the first.
  struct Place {
    std::uint32_t number;
    bool fresh;
  };
  Place reserve(Hash128 hash) {
    const auto next = static_cast<std::uint32_t>(values_.size() + 1);
    const auto [number, fresh] = numbers_.insert(hash, next);
    return {number, fresh};
  }
  void add(Value value) { values_.push_back(std::move(value)); }
  const Value& operator[](std::uint32_t number) const { return values_[number - 1]; }
  std::size_t size() const { return values_.size(); }
  std::size_t bytes() const { return numbers_.bytes() + values_.size() * sizeof(Value); }

 private:
  std::deque<Value> values_;
  FlatMap<Hash128, std::uint32_t> numbers_;
};

// Sorted lists of numbers: messages sent at once, and messages on their way. 0 is the empty one.
class Lists {
 public:
  std::uint32_t intern(std::span<const std::uint32_t> list) {
    if (list.empty()) return 0;
    Hasher hasher;
    for (const auto number : list) hasher.add(number);
    const auto next = static_cast<std::uint32_t>(ends_.size());
    const auto [known, fresh] = numbers_.insert(hasher.value(), next);
    if (!fresh) return known;
    content_.insert(content_.end(), list.begin(), list.end());
    ends_.push_back(content_.size());
    return next;
  }
  std::span<const std::uint32_t> operator[](std::uint32_t list) const {
    if (list == 0) return {};
    return {content_.data() + ends_[list - 1], ends_[list] - ends_[list - 1]};
  }
  std::size_t size() const { return ends_.size(); }
  std::size_t bytes() const {
    return content_.capacity() * sizeof(content_[0]) + ends_.capacity() * sizeof(ends_[0]) + numbers_.bytes();
  }

 private:
  std::vector<std::uint32_t> content_;
  std::vector<std::size_t> ends_{0};
  FlatMap<Hash128, std::uint32_t> numbers_;
};

}  // namespace explore
