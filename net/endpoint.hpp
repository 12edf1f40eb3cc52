// Where a server listens: `host:port`, `[::1]:7100`, `name.example:7100`.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"

namespace net {

// Normalised: names in lower case, addresses in their canonical form, so that equal places compare equal as
// text.
struct Endpoint {
  std::string host;  // without brackets
  std::uint16_t port = 0;

  auto operator<=>(const Endpoint&) const = default;
};

// Port 1 to 65535. The error quotes the text and says what would be right.
base::Result<Endpoint> parse_endpoint(std::string_view text);
// Separated by commas; at least one.
base::Result<std::vector<Endpoint>> parse_endpoints(std::string_view text);

// As parse_endpoint reads it.
std::string to_string(const Endpoint& endpoint);

}  // namespace net
