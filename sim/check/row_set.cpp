#include "sim/check/row_set.hpp"

#include <algorithm>

namespace check {

std::uint64_t RowSet::hash(std::span<const std::uint64_t> row) {
  std::uint64_t h = 0x9E3779B97F4A7C15u;
  for (const auto cell : row) {
    h = (h ^ cell) * 0xBF58476D1CE4E5B9u;
    h ^= h >> 29;
  }
  return h;
}

std::pair<std::uint32_t, bool> RowSet::insert(std::span<const std::uint64_t> row) {
  if (std::size_t{size_} * 2 >= table_.size()) grow();
  const std::size_t mask = table_.size() - 1;
  std::size_t at = hash(row) & mask;
  for (; table_[at] != 0; at = (at + 1) & mask) {
    if (std::ranges::equal(this->row(table_[at] - 1), row)) return {table_[at] - 1, false};
  }
  cells_.insert(cells_.end(), row.begin(), row.end());
  table_[at] = ++size_;
  return {size_ - 1, true};
}

void RowSet::grow() {
  table_.assign(table_.size() * 2, 0);
  const std::size_t mask = table_.size() - 1;
  for (std::uint32_t number = 0; number < size_; ++number) {
    std::size_t at = hash(row(number)) & mask;
    while (table_[at] != 0) at = (at + 1) & mask;
    table_[at] = number + 1;
  }
}

}  // namespace check
