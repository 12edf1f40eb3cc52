// How often a quantity had which size.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace base {

// By powers of two: bucket b counts the values below 2^b that are not below 2^(b-1); bucket 0 counts zeros.
// The last one counts all that is larger.
class Histogram {
 public:
  static constexpr std::size_t kBuckets = 42;

  void add(std::uint64_t value) {
    const auto bucket = static_cast<std::size_t>(std::bit_width(value));
    ++buckets_[bucket < kBuckets ? bucket : kBuckets - 1];
    ++count_;
    sum_ += value;
  }
  std::uint64_t count() const { return count_; }
  std::uint64_t sum() const { return sum_; }
  const std::array<std::uint64_t, kBuckets>& buckets() const { return buckets_; }

 private:
  std::array<std::uint64_t, kBuckets> buckets_{};
  std::uint64_t count_ = 0;
  std::uint64_t sum_ = 0;
};

}  // namespace base
