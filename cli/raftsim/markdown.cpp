// What CI systems show: a summary in Markdown, and GitHub's annotations.
#include <algorithm>

#include "cli/raftsim/render.hpp"
#include "cli/raftsim/tables.hpp"

namespace raftsim {

namespace {

// In a cell of a table.
std::string plain(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '|' || c == '\\' || c == '`' || c == '*' || c == '_' || c == '<' || c == '[') safe += '\\';
    safe += c == '\n' || c == '\r' ? ' ' : c;
  }
  return safe;
}

std::string table_of(const Table& table) {
  std::string text = "|";
  for (const auto& column : table.columns) text += " " + plain(column) + " |";
  text += "\n|---|";
  for (std::size_t i = 1; i < table.columns.size(); ++i) text += "---:|";
  text += "\n";
  for (const auto& row : table.rows) {
    text += "| " + plain(row.name) + " |";
    for (const auto value : row.cells)
      text += " " + (value ? sim::short_number(value) : std::string("·")) + " |";
    text += "\n";
  }
  return text;
}

// A fence that the text can't close.
std::string fenced(const std::string& text) {
  std::string fence = "```";
  while (text.find(fence) != text.npos) fence += '`';
  return fence + "text\n" + text + fence + "\n";
}

std::string failures_of(const sim::Results& results) {
  std::string text;
  for (const auto& failed : results.summary.failed) {
    std::string lines = failed.violation->check + ": " + failed.violation->what + "\n";
    for (const auto& line : failed.violation->lines) {
      if (line != failed.violation->what) lines += line + "\n";
    }
    text += "**" + plain(results.scenario.name) + ", seed " + std::to_string(failed.seed) + "**\n\n" +
            fenced(lines + "\n" + replay_command(results.scenario, failed.seed) + "\n") + "\n";
  }
  const auto more = results.summary.failures - results.summary.failed.size();
  if (more > 0)
    text += "and " + std::to_string(more) + " more seeds of " + plain(results.scenario.name) + "\n\n";
  return text;
}

// What a workflow command can't hold as it is; in a property also what parts properties.
std::string escaped(std::string_view text, bool property) {
  std::string safe;
  for (const char c : text) {
    if (c == '%') {
      safe += "%25";
    } else if (c == '\r') {
      safe += "%0D";
    } else if (c == '\n') {
      safe += "%0A";
    } else if (property && c == ':') {
      safe += "%3A";
    } else if (property && c == ',') {
      safe += "%2C";
    } else {
      safe += c;
    }
  }
  return safe;
}

std::string annotation(const sim::Scenario& scenario, const std::string& title, const std::string& text) {
  return "::error file=" + escaped(scenario.file, true) + ",title=" + escaped(title, true) +
         "::" + escaped(text, false) + "\n";
}

}  // namespace

std::string markdown(const std::vector<sim::Results>& all) {
  std::string text = "## raftsim: " + std::string(name_of(worst(all))) + "\n\n";
  if (const auto ended = ended_line(all); !ended.empty()) text += "**" + ended + "**\n\n";
  text +=
      "| scenario | verdict | seeds | states | new in the next seed | operations | CPU s |\n"
      "|---|---|---|---:|---:|---:|---:|\n";
  for (const auto& results : all) {
    text += "| " + plain(results.scenario.name) + " | " + name_of(results.verdict()) + " | " +
            plain(seeds_line(results)) + " | " + std::to_string(results.growth.states()) + " | " +
            tenths(results.growth.next_thousandths()) + " | " +
            sim::short_number(results.summary.operations) + " | " + tenths(results.load.cpu_ns / 1'000'000) +
            " |\n";
  }
  text += "\n";
  for (const auto& results : all) {
    const auto name = "- " + plain(results.scenario.name);
    if (results.not_deterministic)
      text += name + " is not deterministic: " + plain(*results.not_deterministic) + "\n";
    for (const auto& why : results.summary.inconclusive)
      text += name + " is inconclusive: " + plain(why) + "\n";
    for (const auto& path : results.summary.idle.value_or(std::vector<std::string>()))
      text += name + ": never struck: " + plain(path) + "\n";
  }
  text += "\n";
  for (const auto& results : all) text += failures_of(results);
  const auto faults = fault_by_meeting(all);
  if (faults.rows.empty()) return text;
  text += "### " + faults.title + "\n\n" + table_of(faults) + "\n";
  const auto scenarios = fault_by_scenario(all);
  text += "### " + scenarios.title + "\n\n" + table_of(scenarios) + "\n";
  return text;
}

std::string github_annotations(const std::vector<sim::Results>& all) {
  std::string text;
  for (const auto& results : all) {
    const auto& scenario = results.scenario;
    for (const auto& failed : results.summary.failed) {
      std::string lines = failed.violation->what + "\n";
      for (const auto& line : failed.violation->lines) {
        if (line != failed.violation->what) lines += line + "\n";
      }
      text += annotation(
          scenario,
          scenario.name + " seed " + std::to_string(failed.seed) + " violates " + failed.violation->check,
          lines + replay_command(scenario, failed.seed));
    }
    if (results.not_deterministic)
      text += annotation(scenario, scenario.name + " is not deterministic", *results.not_deterministic);
    std::string why;
    for (const auto& line : results.summary.inconclusive) why += (why.empty() ? "" : "\n") + line;
    if (!why.empty()) text += annotation(scenario, scenario.name + " is inconclusive", why);
  }
  return text;
}

}  // namespace raftsim
