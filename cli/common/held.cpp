#include "cli/common/held.hpp"

#include <charconv>

namespace cli {

std::string add_held(std::string_view held, std::string_view name, std::uint64_t token) {
  std::string out;
  while (!held.empty()) {
    const auto space = held.find(' ');
    const auto entry = held.substr(0, space);
    held = space == std::string_view::npos ? std::string_view() : held.substr(space + 1);
    if (entry.empty() || entry.substr(0, entry.rfind('=')) == name) continue;
    out += std::string(entry) + " ";
  }
  return out + std::string(name) + "=" + std::to_string(token);
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
