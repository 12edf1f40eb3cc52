#include "cli/common/held.hpp"

#include <charconv>

namespace cli {

namespace {

struct Entry {
  std::string_view name, token;
};

// Takes the first one away.
Entry next_entry(std::string_view& held) {
  const auto space = held.find(' ');
  const auto entry = held.substr(0, space);
  held = space == std::string_view::npos ? std::string_view() : held.substr(space + 1);
  const auto equals = entry.rfind('=');
  return {entry.substr(0, equals), equals == std::string_view::npos ? "" : entry.substr(equals + 1)};
}

}  // namespace

std::string add_held(std::string_view held, std::string_view name, std::uint64_t token) {
  std::string out;
  while (!held.empty()) {
    const auto entry = next_entry(held);
    if (entry.name.empty() || entry.name == name) continue;
    out += std::string(entry.name) + "=" + std::string(entry.token) + " ";
  }
  return out + std::string(name) + "=" + std::to_string(token);
}

std::optional<std::uint64_t> token_held(std::string_view held, std::string_view name) {
  while (!held.empty()) {
    const auto entry = next_entry(held);
    if (entry.name != name) continue;
    if (const auto token = parse_token(entry.token)) return token.value();
  }
  return std::nullopt;
}

base::Result<std::uint64_t> parse_token(std::string_view text) {
  constexpr std::uint64_t kEnd = std::uint64_t{1} << 53;
  std::uint64_t token = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), token);
  if (error != std::errc() || end != text.data() + text.size() || token == 0 || token >= kEnd) {
    return base::Error{"'" + std::string(text) +
                       "' is not a token: give the number that `lockctl acquire` printed"};
  }
  return token;
}

}  // namespace cli
