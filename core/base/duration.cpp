#include "core/base/duration.hpp"

#include <array>
#include <cstdint>
#include <utility>

namespace base {
namespace {

constexpr std::array<std::pair<std::string_view, std::int64_t>, 7> kUnits = {{{"ns", 1},
                                                                              {"us", 1'000},
                                                                              {"ms", 1'000'000},
                                                                              {"s", 1'000'000'000},
                                                                              {"m", 60'000'000'000},
                                                                              {"h", 3'600'000'000'000},
                                                                              {"d", 86'400'000'000'000}}};
__extension__ using Wide = __int128;
constexpr std::int64_t kMax = std::int64_t{36'500} * 86'400'000'000'000;

Error wrong(std::string_view text) {
  return Error{"'" + std::string(text) +
               "' is not a duration: write a number and a unit, such as 500ms, 15s, 2m or 24h"};
}

}  // namespace

Result<Duration> parse_duration(std::string_view text, bool bare_seconds) {
  std::size_t at = 0;
  const auto digit = [&] { return at < text.size() && text[at] >= '0' && text[at] <= '9'; };
  std::int64_t whole = 0;
  const std::size_t begin = at;
  for (; digit(); ++at) {
    if (whole > kMax / 10) return Error{"'" + std::string(text) + "' is too long: at most 36500d"};
    whole = whole * 10 + (text[at] - '0');
  }
  if (at == begin) return wrong(text);
  std::int64_t fraction = 0, scale = 1;
  if (at < text.size() && text[at] == '.') {
    ++at;
    if (!digit()) return wrong(text);
    for (; digit(); ++at) {
      if (scale >= 1'000'000'000) return Error{"'" + std::string(text) + "' is finer than a nanosecond"};
      fraction = fraction * 10 + (text[at] - '0');
      scale *= 10;
    }
  }
  auto unit = text.substr(at);
  if (unit.empty() && bare_seconds) unit = "s";
  for (const auto& [name, nanoseconds] : kUnits) {
    if (unit != name) continue;
    if (whole > kMax / nanoseconds) return Error{"'" + std::string(text) + "' is too long: at most 36500d"};
    // fraction < 1e9 and the part of a unit below 8.64e13: the product needs more than 64 bits only for days
    // and hours.
    const Wide part = static_cast<Wide>(fraction) * nanoseconds;
    if (part % scale != 0) return Error{"'" + std::string(text) + "' is finer than a nanosecond"};
    return Duration(whole * nanoseconds + static_cast<std::int64_t>(part / scale));
  }
  return wrong(text);
}

std::string format_duration(Duration duration) {
  std::int64_t ns = duration.count();
  if (ns < 0) return "-" + format_duration(-duration);
  const auto fraction = [](std::int64_t value, std::int64_t unit, std::string_view name) {
    std::string out = std::to_string(value / unit);
    std::int64_t rest = value % unit;
    if (rest != 0) {
      out += '.';
      for (std::int64_t place = unit / 10; rest != 0; place /= 10) {
        out += static_cast<char>('0' + rest / place);
        rest %= place;
      }
    }
    return out + std::string(name);
  };
  if (ns != 0 && ns < 1'000'000) return fraction(ns, 1'000, "us");
  ns -= ns % 1'000'000;
  if (ns != 0 && ns < 1'000'000'000) return fraction(ns, 1'000'000, "ms");
  std::string out;
  for (const auto& [name, unit] : {std::pair<std::string_view, std::int64_t>{"d", 86'400'000'000'000},
                                   {"h", 3'600'000'000'000},
                                   {"m", 60'000'000'000}}) {
    if (ns < unit) continue;
    out += std::to_string(ns / unit) + std::string(name) + " ";
    ns %= unit;
  }
  if (ns != 0 || out.empty()) return out + fraction(ns, 1'000'000'000, "s");
  out.pop_back();
  return out;
}

}  // namespace base
