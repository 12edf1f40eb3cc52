#include "cli/raftsim/seeds.hpp"

#include <charconv>
#include <string>

namespace raftsim {

namespace {

constexpr std::uint64_t kSeedsMax = 100'000'000;
constexpr std::uint64_t kSeedMax = std::uint64_t{1} << 53;  // as in a scenario
constexpr std::uint64_t kShardsMax = 1'000'000;

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

}  // namespace

std::optional<std::vector<std::uint64_t>> parse_seeds(std::string_view text) {
  const auto dots = text.find("..");
  const auto first = number(text.substr(0, dots));
  const auto last = dots == std::string_view::npos ? first : number(text.substr(dots + 2));
  if (!first || !last || *last < *first || *last > kSeedMax || *last - *first >= kSeedsMax)
    return std::nullopt;
  std::vector<std::uint64_t> seeds;
  for (auto seed = *first; seed <= *last; ++seed) seeds.push_back(seed);
  return seeds;
}

std::optional<Shard> parse_shard(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto i = number(text.substr(0, slash));
  const auto n = number(text.substr(slash + 1));
  if (!i || !n || *i < 1 || *i > *n || *n > kShardsMax) return std::nullopt;
  return Shard{*i, *n};
}

std::vector<std::uint64_t> of_shard(const std::vector<std::uint64_t>& seeds, Shard shard) {
  std::vector<std::uint64_t> mine;
  for (auto i = shard.number - 1; i < seeds.size(); i += shard.of) mine.push_back(seeds[i]);
  return mine;
}

}  // namespace raftsim
