#include "cli/raftsim/render.hpp"
#include "cli/raftsim/tables.hpp"

namespace raftsim {

namespace {

// A character that XML 1.0 can't hold, however written, becomes U+FFFD; so do bytes that are no UTF-8.
std::string xml(std::string_view text) {
  std::string safe;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const std::size_t more = c < 0x80 ? 0 : c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : 1;
    bool whole = c < 0x80 || (c >= 0xC2 && c < 0xF5 && i + more < text.size());
    for (std::size_t k = 1; whole && k <= more; ++k)
      whole = (static_cast<unsigned char>(text[i + k]) & 0xC0) == 0x80;
    // Too long a form, a surrogate, beyond Unicode, or U+FFFE and U+FFFF.
    if (whole && more > 0) {
      const auto second = static_cast<unsigned char>(text[i + 1]);
      whole = !(c == 0xE0 && second < 0xA0) && !(c == 0xED && second >= 0xA0) &&
              !(c == 0xF0 && second < 0x90) && !(c == 0xF4 && second >= 0x90) &&
              !(c == 0xEF && second == 0xBF && static_cast<unsigned char>(text[i + 2]) >= 0xBE);
    }
    const bool control = c < 0x20 && c != '\t' && c != '\n' && c != '\r';
    if (!whole || control) {
      safe += "\xEF\xBF\xBD";
    } else if (c == '&') {
      safe += "&amp;";
    } else if (c == '<') {
      safe += "&lt;";
    } else if (c == '>') {
      safe += "&gt;";
    } else if (c == '"') {
      safe += "&quot;";
    } else if (c < 0x20) {
      safe += "&#" + std::to_string(c) + ";";
    } else {
      safe.append(text.substr(i, more + 1));
      i += more;
    }
  }
  return safe;
}

std::string seconds(std::uint64_t ns) {
  const auto ms = std::to_string(ns / 1'000'000 % 1000);
  return std::to_string(ns / 1'000'000'000) + "." + std::string(3 - ms.size(), '0') + ms;
}

std::string wrong(const char* tag, const std::string& type, const std::string& message,
                  const std::string& body) {
  return "      <" + std::string(tag) + " type=\"" + xml(type) + "\" message=\"" + xml(message) + "\">" +
         xml(body) + "</" + tag + ">\n";
}

std::string test_case(const sim::Scenario& scenario, const std::string& name, const std::string& time,
                      const std::string& body) {
  const auto head = "    <testcase classname=\"" + xml("raftsim." + scenario.name) + "\" name=\"" +
                    xml(name) + "\" file=\"" + xml(scenario.file) + "\" time=\"" + time + "\"";
  return body.empty() ? head + "/>\n" : head + ">\n" + body + "    </testcase>\n";
}

std::string suite(const sim::Results& results, std::size_t& tests, std::size_t& failures,
                  std::size_t& errors) {
  const auto& scenario = results.scenario;
  const auto& summary = results.summary;
  std::string why;
  if (results.not_deterministic)
    why += wrong("error", "not_deterministic", *results.not_deterministic, *results.not_deterministic);
  if (!results.not_deterministic && !summary.inconclusive.empty()) {
    std::string lines;
    for (const auto& line : summary.inconclusive) lines += line + "\n";
    why += wrong("error", "inconclusive", summary.inconclusive.front(), lines);
  }
  auto cases = test_case(scenario, "all seeds", seconds(results.load.cpu_ns), why);
  for (const auto& failed : summary.failed) {
    std::string lines;
    for (const auto& line : failed.violation->lines) lines += line + "\n";
    if (lines.empty()) lines = failed.violation->what + "\n";
    lines += "to see it: " + replay_command(scenario, failed.seed) + "\n";
    cases += test_case(scenario, "seed " + std::to_string(failed.seed), "0",
                       wrong("failure", failed.violation->check,
                             failed.violation->check + ": " + failed.violation->what, lines));
  }
  const auto its_tests = 1 + summary.failed.size();
  const std::size_t its_errors = why.empty() ? 0 : 1;
  tests += its_tests;
  failures += summary.failed.size();
  errors += its_errors;
  return "  <testsuite name=\"" + xml(scenario.name) + "\" tests=\"" + std::to_string(its_tests) +
         "\" failures=\"" + std::to_string(summary.failed.size()) + "\" errors=\"" +
         std::to_string(its_errors) + "\" skipped=\"0\" time=\"" + seconds(results.load.cpu_ns) +
         "\">\n    <properties>\n      <property name=\"seeds\" value=\"" + std::to_string(summary.seeds) +
         "\"/>\n      <property name=\"failed_seeds\" value=\"" + std::to_string(summary.failures) +
         "\"/>\n      <property name=\"states\" value=\"" + std::to_string(results.growth.states()) +
         "\"/>\n    </properties>\n" + cases + "    <system-out>" +
         xml(std::string(name_of(results.verdict())) + ": " + seeds_line(results)) +
         "</system-out>\n  </testsuite>\n";
}

}  // namespace

std::string junit(const std::vector<sim::Results>& all) {
  std::string suites;
  std::size_t tests = 0;
  std::size_t failures = 0;
  std::size_t errors = 0;
  for (const auto& results : all) suites += suite(results, tests, failures, errors);
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"raftsim\" tests=\"" +
         std::to_string(tests) + "\" failures=\"" + std::to_string(failures) + "\" errors=\"" +
         std::to_string(errors) + "\">\n" + suites + "</testsuites>\n";
}

}  // namespace raftsim
