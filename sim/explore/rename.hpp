// Permutations of the servers' names.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/id.hpp"
#include "sim/explore/bounds.hpp"

namespace explore {

// Servers are called 1 to n.
class Rename {
 public:
  explicit Rename(const std::vector<std::uint8_t>& to) : size_(static_cast<unsigned>(to.size())) {
    for (unsigned i = 0; i < size_; ++i) {
      to_[i] = to[i];
      from_[to[i] - 1u] = static_cast<std::uint8_t>(i + 1);
    }
  }

  unsigned size() const { return size_; }
  bool is_identity() const {
    for (unsigned i = 0; i < size_; ++i) {
      if (to_[i] != i + 1) return false;
    }
    return true;
  }
  std::uint64_t operator()(base::NodeId id) const { return id ? to_[id.value - 1] : 0; }
  std::uint64_t operator()(std::optional<base::NodeId> id) const { return id ? (*this)(*id) : 0; }
  // Who gets that name.
  base::NodeId whose(std::uint64_t name) const { return base::NodeId(from_[name - 1]); }

 private:
  unsigned size_;
  std::array<std::uint8_t, kServersMax> to_{};
  std::array<std::uint8_t, kServersMax> from_{};
};

// All of them; the first one changes nothing.
std::vector<Rename> renames(unsigned servers);

}  // namespace explore
