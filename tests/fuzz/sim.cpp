// What raftsim reads: histories, its own and recorded ones, and scenarios.
#include "sim/check/history_file.hpp"
#include "sim/scenario.hpp"
#include "tests/fuzz/targets.hpp"

namespace fuzz {
namespace {

std::string lines_of(const check::History& history) {
  std::string lines;
  for (const auto& operation : history) lines += check::to_json(operation) + "\n";
  return lines;
}

void is_one_line(const std::string& error) {
  CHECK(!error.empty() && error.find('\n') == std::string::npos);
}

}  // namespace

void history(std::string_view bytes) {
  const auto parsed = check::parse_json(bytes, "file");
  if (!parsed.ok()) return is_one_line(parsed.error());
  const auto again = check::parse_json(lines_of(parsed.value()), "file");
  CHECK(again.ok() && again.value() == parsed.value());
}

void recorded_history(std::string_view bytes) {
  for (const auto format : {check::Format::jepsen_etcd, check::Format::edn}) {
    const auto parsed = check::parse_history(format, bytes, "file");
    if (!parsed.ok()) {
      is_one_line(parsed.error());
      continue;
    }
    const auto again = check::parse_json(lines_of(parsed.value()), "file");
    CHECK(again.ok() && again.value() == parsed.value());
  }
}

void scenario(std::string_view bytes) {
  const auto parsed = sim::parse_scenario(bytes, "file");
  if (!parsed.ok()) is_one_line(parsed.error());
}

}  // namespace fuzz
