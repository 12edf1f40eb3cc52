// Tables of tens of millions of small keys: one array, linear probing, never walked.
#pragma once

#include <array>
#include <cstddef>
#include <utility>
#include <vector>

namespace explore {

// A key has bucket(), ==, and a false value that stands for an empty slot.
template <class Key, class Value>
class FlatMap {
 public:
  // The value kept for `key`, and whether it is this one; nothing is replaced.
  std::pair<Value, bool> insert(Key key, Value value) {
    if ((size_ + 1) * 4 > slots_.size() * 3) grow();
    Slot& slot = slot_of(slots_, key);
    if (slot.key) return {slot.value, false};
    slot = {key, value};
    ++size_;
    return {value, true};
  }
  // Nothing where the key is new.
  const Value* find(Key key) const {
    if (slots_.empty()) return nullptr;
    const Slot& slot = slot_of(const_cast<std::vector<Slot>&>(slots_), key);
    return slot.key ? &slot.value : nullptr;
  }
  std::size_t size() const { return size_; }
  std::size_t bytes() const { return slots_.capacity() * sizeof(Slot); }

 private:
  struct Slot {
    Key key;
    [[no_unique_address]] Value value;
  };

  static Slot& slot_of(std::vector<Slot>& slots, Key key) {
    const std::size_t mask = slots.size() - 1;
    std::size_t at = key.bucket() & mask;
    while (slots[at].key && !(slots[at].key == key)) at = (at + 1) & mask;
    return slots[at];
  }
  void grow() {
    std::vector<Slot> larger(slots_.empty() ? 64 : slots_.size() * 2);
    for (const Slot& slot : slots_) {
      if (slot.key) slot_of(larger, slot.key) = slot;
    }
    slots_ = std::move(larger);
  }

  std::vector<Slot> slots_;
  std::size_t size_ = 0;
};

// A set in many parts, each of which grows by itself: growing never needs twice the memory.
template <class Key>
class FlatSet {
 public:
  // Whether it is new.
  bool insert(Key key) { return parts_[key.high >> 56].insert(key, {}).second; }
  std::size_t bytes() const {
    std::size_t sum = 0;
    for (const auto& part : parts_) sum += part.bytes();
    return sum;
  }

 private:
  struct Nothing {};
  std::array<FlatMap<Key, Nothing>, 256> parts_;
};

}  // namespace explore
