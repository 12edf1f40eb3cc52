// Which seeds to run, as the command line says it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace raftsim {

// "A..B", both included, or one; nothing: it is neither.
std::optional<std::vector<std::uint64_t>> parse_seeds(std::string_view text);

// One of several machines that share the seeds: every `of`-th from the `number`-th on.
struct Shard {
  std::uint64_t number = 1;  // from 1 to `of`
  std::uint64_t of = 1;
};
// "i/n" with 1 <= i <= n; nothing: it isn't.
std::optional<Shard> parse_shard(std::string_view text);
std::vector<std::uint64_t> of_shard(const std::vector<std::uint64_t>& seeds, Shard shard);

}  // namespace raftsim
