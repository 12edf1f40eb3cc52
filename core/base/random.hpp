// The one source of chance: a small generator whose whole state is a value, with integer distributions only.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/base/check.hpp"

namespace base {

// SplitMix64 (Steele, Lea, Flood 2014): the same numbers on every machine and compiler.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  // A stream of its own for one concern: drawing from it never shifts another.
  Random(std::uint64_t seed, std::string_view stream) : state_(seed) {
    for (const char c : stream) state_ = mix(state_ ^ static_cast<unsigned char>(c));
  }

  std::uint64_t next() { return mix(state_ += 0x9E3779B97F4A7C15u); }

  // Uniform in [0, bound); bound > 0. By rejection, so without bias.
  std::uint64_t below(std::uint64_t bound) {
    CHECK(bound > 0);
    const std::uint64_t limit = ~std::uint64_t{0} - (~std::uint64_t{0} % bound + 1) % bound;
    for (;;) {
      const auto v = next();
      if (v <= limit) return v % bound;
    }
  }

  // Uniform in [low, high], both included; low <= high.
  std::int64_t between(std::int64_t low, std::int64_t high) {
    CHECK(low <= high);
    const auto span = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
    if (span == ~std::uint64_t{0}) return static_cast<std::int64_t>(next());
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + below(span + 1));
  }

  // True with a probability of ppm parts per million.
  bool chance(std::uint32_t ppm) { return below(1'000'000) < ppm; }

  bool operator==(const Random&) const = default;

 private:
  static constexpr std::uint64_t mix(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }

  std::uint64_t state_;
};

}  // namespace base
