#include "cli/lockctl/reading.hpp"

#include <algorithm>

#include "cli/common/nearest.hpp"
#include "core/base/duration.hpp"

namespace lockctl {

base::Duration read_duration(const std::string& flag, const std::string& text) {
  const auto parsed = base::parse_duration(text);
  if (!parsed) throw Wrong(flag + ": " + parsed.error());
  return parsed.value();
}

std::optional<base::Duration> read_maybe_duration(const std::string& flag, const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(read_duration(flag, text));
}

std::string read_one_of(const std::string& flag, const std::string& text,
                        const std::vector<std::string>& valid) {
  if (std::ranges::find(valid, text) != valid.end()) return text;
  throw Wrong(flag + ": '" + text + "' is not offered" + cli::did_you_mean(text, valid));
}

base::NodeId read_member(const std::string& text) {
  std::uint64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc() || end != text.data() + text.size() || id == 0)
    throw Wrong("'" + text + "' is not the id of a server: `lockctl members` lists them");
  return base::NodeId(id);
}

}  // namespace lockctl
