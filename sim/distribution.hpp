// Random numbers of a given shape, by integers alone: the same on every machine and compiler.
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "sim/draws.hpp"

namespace sim {

class Distribution {
 public:
  // Always the same.
  Distribution(std::int64_t value = 0) : shape_(Fixed{value}) {}
  // Both included; low <= high.
  static Distribution uniform(std::int64_t low, std::int64_t high);
  // Log-normal by its median and its 99th percentile; 0 < p50 <= p99 <= 1000 p50. The longest in a thousand
  // is the end.
  static Distribution lognormal(std::int64_t p50, std::int64_t p99);

  // One draw, whatever the shape; plain: the middle.
  std::int64_t sample(Draws& draws) const;
  std::int64_t least() const;
  std::int64_t greatest() const;

 private:
  struct Fixed {
    std::int64_t value;
  };
  struct Uniform {
    std::int64_t low;
    std::int64_t high;
  };
  struct Quantiles {
    std::vector<std::int64_t> edges;
  };

  std::variant<Fixed, Uniform, Quantiles> shape_;
};

}  // namespace sim
