#include "sim/distribution.hpp"

#include <algorithm>
#include <array>

#include "core/base/check.hpp"
#include "core/base/overload.hpp"

namespace sim {

using base::Overload;

namespace {

// Quantiles of the standard normal distribution in millionths, at (128 + i) / 256; the last at 1 - 1/1024.
constexpr std::array<std::int64_t, 129> kNormal = {
    0,       9792,    19584,   29379,   39176,   48977,   58783,   68594,   78412,   88238,   98072,
    107916,  117770,  127635,  137513,  147405,  157311,  167232,  177170,  187125,  197099,  207093,
    217107,  227143,  237202,  247285,  257394,  267528,  277690,  287881,  298102,  308355,  318639,
    328958,  339312,  349702,  360130,  370597,  381105,  391656,  402250,  412890,  423576,  434311,
    445097,  455934,  466825,  477772,  488776,  499840,  510966,  522155,  533410,  544733,  556126,
    567591,  579132,  590751,  602449,  614231,  626099,  638056,  650104,  662248,  674490,  686834,
    699283,  711842,  724514,  737304,  750215,  763253,  776422,  789727,  803173,  816765,  830511,
    844415,  858484,  872726,  887147,  901754,  916557,  931563,  946782,  962223,  977898,  993816,
    1009990, 1026433, 1043158, 1060180, 1077516, 1095181, 1113194, 1131577, 1150349, 1169537, 1189164,
    1209261, 1229859, 1250992, 1272699, 1295022, 1318011, 1341718, 1366204, 1391537, 1417797, 1445073,
    1473468, 1503103, 1534121, 1566689, 1601009, 1637325, 1675940, 1717228, 1761670, 1809892, 1862732,
    1921351, 1987428, 2063528, 2153875, 2266227, 2417559, 2660067, 3097269,
};
constexpr std::int64_t kNormalP99 = 2'326'348;

// Fixed point: so many bits behind the point.
constexpr unsigned kBits = 20;
constexpr std::uint64_t kOne = std::uint64_t{1} << kBits;

std::uint64_t square_root(std::uint64_t v) {
  std::uint64_t root = 0;
  for (std::uint64_t bit = std::uint64_t{1} << 31; bit != 0; bit >>= 1) {
    const auto candidate = root | bit;
    if (candidate * candidate <= v) root = candidate;
  }
  return root;
}

// base^(exponent), both fixed-point, base in [1, 1000], exponent in [0, 2): by square roots for the bits of
// the exponent.
std::uint64_t power(std::uint64_t base, std::uint64_t exponent) {
  std::uint64_t result = kOne;
  std::uint64_t factor = base;
  for (std::uint64_t bit = kOne; bit != 0; bit >>= 1) {
    if (exponent & bit) result = (result * factor) >> kBits;
    factor = square_root(factor << kBits);
  }
  return result;
}

}  // namespace

Distribution Distribution::uniform(std::int64_t low, std::int64_t high) {
  CHECK(low <= high);
  Distribution made;
  made.shape_ = Uniform{low, high};
  return made;
}

Distribution Distribution::lognormal(std::int64_t p50, std::int64_t p99) {
  CHECK(0 < p50 && p50 <= p99 && p99 / 1000 <= p50);
  // Coarser where the fixed point would overflow.
  std::uint64_t unit = 1;
  while (static_cast<std::uint64_t>(p99) / unit > (std::uint64_t{1} << 40)) unit *= 2;
  const auto median = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(p50) / unit);
  const auto ratio = (static_cast<std::uint64_t>(p99) / unit << kBits) / median;
  Quantiles quantiles;
  quantiles.edges.resize(2 * kNormal.size() - 1);
  const auto middle = kNormal.size() - 1;
  for (std::size_t i = 0; i < kNormal.size(); ++i) {
    const auto exponent =
        static_cast<std::uint64_t>(kNormal[i]) * kOne / static_cast<std::uint64_t>(kNormalP99);
    const auto factor = power(ratio, exponent);
    // Divided first: the product may not fit.
    const auto above = median / kOne * factor + (median % kOne) * factor / kOne;
    const auto below = median / factor * kOne + (median % factor) * kOne / factor;
    quantiles.edges[middle + i] = static_cast<std::int64_t>(above * unit);
    quantiles.edges[middle - i] = static_cast<std::int64_t>(below * unit);
  }
  Distribution made;
  made.shape_ = std::move(quantiles);
  return made;
}

std::int64_t Distribution::sample(Draws& draws) const {
  return std::visit(
      Overload{
          [&](const Fixed& f) { return draws.sampled(f.value, f.value, f.value, f.value); },
          [&](const Uniform& u) {
            const auto half = (static_cast<std::uint64_t>(u.high) - static_cast<std::uint64_t>(u.low)) / 2;
            const auto middle = static_cast<std::int64_t>(static_cast<std::uint64_t>(u.low) + half);
            return draws.sampled(u.low, u.high, middle, draws.random().between(u.low, u.high));
          },
          [&](const Quantiles& q) {
            const auto k = draws.random().below(q.edges.size() - 1);
            const auto drawn = draws.random().between(q.edges[k], q.edges[k + 1]);
            return draws.sampled(q.edges.front(), q.edges.back(), q.edges[q.edges.size() / 2], drawn);
          },
      },
      shape_);
}

std::int64_t Distribution::least() const {
  return std::visit(Overload{[](const Fixed& f) { return f.value; }, [](const Uniform& u) { return u.low; },
                             [](const Quantiles& q) { return q.edges.front(); }},
                    shape_);
}

std::int64_t Distribution::greatest() const {
  return std::visit(Overload{[](const Fixed& f) { return f.value; }, [](const Uniform& u) { return u.high; },
                             [](const Quantiles& q) { return q.edges.back(); }},
                    shape_);
}

}  // namespace sim
