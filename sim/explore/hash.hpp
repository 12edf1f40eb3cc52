// 128-bit hashes of canonical forms. Two states that differ are taken for one with probability 2^-128 a pair:
// below 10^-20 for a search of 10^9 states.
#pragma once

#include <cstdint>
#include <string_view>

namespace explore {

constexpr std::uint64_t mixed(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

struct Hash128 {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  auto operator<=>(const Hash128&) const = default;
  explicit operator bool() const { return high != 0 || low != 0; }
  std::uint64_t bucket() const { return low; }
  // The hash of a multiset is the sum of its members' hashes.
  Hash128& operator+=(Hash128 other) {
    high += other.high;
    low += other.low;
    return *this;
  }
};

// Two lanes with constants of their own.
class Hasher {
 public:
  void add(std::uint64_t value) {
    high_ = mixed(high_ ^ value) + 0x9E3779B97F4A7C15u;
    low_ = mixed((low_ + 0xC2B2AE3D27D4EB4Fu) ^ (value * 0xD6E8FEB86659FD93u)) + 0x165667B19E3779F9u;
  }
  void add(Hash128 hash) {
    add(hash.high);
    add(hash.low);
  }
  void add(std::string_view bytes) {
    std::uint64_t word = bytes.size();
    unsigned shift = 0;
    add(word);
    word = 0;
    for (const char c : bytes) {
      word |= std::uint64_t{static_cast<unsigned char>(c)} << shift;
      shift += 8;
      if (shift < 64) continue;
      add(word);
      word = shift = 0;
    }
    add(word);
  }
  Hash128 value() const { return {mixed(high_), mixed(low_ ^ high_)}; }

 private:
  std::uint64_t high_ = 0x243F6A8885A308D3u;
  std::uint64_t low_ = 0x13198A2E03707344u;
};

}  // namespace explore
