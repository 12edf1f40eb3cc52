// A set of rows of equal width, each numbered in the order of arrival. Never shrinks.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace check {

class RowSet {
 public:
  explicit RowSet(std::size_t width) : width_(width), table_(1024, 0) {}

  // The row's number, and whether it is new.
  std::pair<std::uint32_t, bool> insert(std::span<const std::uint64_t> row);
  std::span<const std::uint64_t> row(std::uint32_t number) const {
    return {cells_.data() + std::size_t{number} * width_, width_};
  }
  std::uint32_t size() const { return size_; }
  std::uint64_t bytes() const { return cells_.capacity() * 8 + table_.capacity() * 4; }

 private:
  void grow();
  static std::uint64_t hash(std::span<const std::uint64_t> row);

  std::size_t width_;
  std::uint32_t size_ = 0;
  std::vector<std::uint64_t> cells_;
  std::vector<std::uint32_t> table_;  // number + 1, or 0; open addressing
};

}  // namespace check
