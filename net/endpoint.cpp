#include "net/endpoint.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <charconv>
#include <optional>

namespace net {

namespace {

constexpr std::size_t kNameBytesMax = 253;  // RFC 1035 §2.3.4, without the length octets

std::optional<std::uint16_t> parse_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0 || port > 65535)
    return std::nullopt;
  return static_cast<std::uint16_t>(port);
}

bool is_name(std::string_view text) {
  if (text.empty() || text.size() > kNameBytesMax || text.front() == '-' || text.front() == '.') return false;
  return std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
  });
}

std::optional<std::string> normalised_host(std::string_view text, bool bracketed) {
  boost::system::error_code failed;
  const auto address = boost::asio::ip::make_address(std::string(text), failed);
  if (!failed && address.is_v6() == bracketed) return address.to_string();
  if (!failed || bracketed) return std::nullopt;
  std::string name(text);
  std::ranges::transform(name, name.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  // 127.0.0.1.2 or 300.1.1.1 is a mistyped address, not a name.
  const bool numeric = name.find_first_not_of("0123456789.") == std::string::npos;
  if (numeric || !is_name(name)) return std::nullopt;
  return name;
}

base::Error wrong(std::string_view text, const std::string& what) {
  return {"'" + std::string(text) + "' " + what +
          ": give HOST:PORT, such as 127.0.0.1:7101, [::1]:7101 or "
          "lock1.example:7101"};
}

}  // namespace

base::Result<Endpoint> parse_endpoint(std::string_view text) {
  const bool bracketed = text.starts_with('[');
  const auto bracket = text.find(']');
  if (bracketed && bracket == std::string_view::npos) return wrong(text, "lacks the closing ]");
  const auto host = bracketed ? text.substr(1, bracket - 1) : text.substr(0, text.rfind(':'));
  const auto rest = bracketed ? text.substr(bracket + 1) : text.substr(std::min(text.size(), host.size()));
  if (!bracketed && host.find(':') != std::string_view::npos) {
    return wrong(text, "looks like an IPv6 address, which needs brackets");
  }
  if (!rest.starts_with(':')) return wrong(text, "has no port");
  const auto normalised = normalised_host(host, bracketed);
  if (!normalised) return wrong(text, host.empty() ? "has no host" : "has no valid host");
  const auto port = parse_port(rest.substr(1));
  if (!port) return wrong(text, "has no port from 1 to 65535");
  return Endpoint{*normalised, *port};
}

base::Result<std::vector<Endpoint>> parse_endpoints(std::string_view text) {
  std::vector<Endpoint> endpoints;
  for (;;) {
    const auto comma = text.find(',');
    auto endpoint = parse_endpoint(text.substr(0, comma));
    if (!endpoint) return endpoint.failure();
    endpoints.push_back(std::move(endpoint).value());
    if (comma == std::string_view::npos) return endpoints;
    text.remove_prefix(comma + 1);
  }
}

std::string to_string(const Endpoint& endpoint) {
  const bool v6 = endpoint.host.find(':') != std::string::npos;
  return (v6 ? "[" + endpoint.host + "]" : endpoint.host) + ":" + std::to_string(endpoint.port);
}

}  // namespace net
