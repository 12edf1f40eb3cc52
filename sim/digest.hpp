// A rolling digest of everything that happened: two runs with the same one were the same run.
#pragma once

#include <cstdint>
#include <string_view>

namespace sim {

class Digest {
 public:
  void add(std::uint64_t value) { state_ = mix(state_ ^ value) + 0x9E3779B97F4A7C15u; }
  void add(std::string_view bytes) {
    std::uint64_t word = bytes.size();
    unsigned shift = 0;
    for (const char c : bytes) {
      word ^= std::uint64_t{static_cast<unsigned char>(c)} << shift;
      shift += 8;
      if (shift == 64) {
        add(word);
        word = shift = 0;
      }
    }
    add(word);
  }
  std::uint64_t value() const { return state_; }

 private:
  // The finalizer of SplitMix64.
  static constexpr std::uint64_t mix(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }

  std::uint64_t state_ = 0;
};

}  // namespace sim
