#include "cli/raftsim/tables.hpp"

#include <algorithm>

#include "sim/overlaps.hpp"

namespace raftsim {

namespace {

std::uint64_t count_of(const sim::Results& results, std::string_view counter) {
  const auto at = results.summary.coverage.find(counter);
  return at == results.summary.coverage.end() ? 0 : at->second;
}

std::uint64_t sum_of(const std::vector<sim::Results>& all, std::string_view counter) {
  std::uint64_t sum = 0;
  for (const auto& results : all) sum += count_of(results, counter);
  return sum;
}

std::string cell(std::uint64_t value) {
  return value == 0 ? "." : sim::short_number(value);
}

}  // namespace

Table fault_by_meeting(const std::vector<sim::Results>& all) {
  Table table{"Faults, and what they met", {"fault", "struck"}, {}};
  table.columns.insert(table.columns.end(), sim::meetings().begin(), sim::meetings().end());
  for (const auto& fault : sim::fault_counters()) {
    const auto struck = sum_of(all, fault);
    if (struck == 0) continue;
    Table::Row row{fault, {struck}};
    for (const auto& met : sim::meetings()) row.cells.push_back(sum_of(all, sim::overlap_name(fault, met)));
    table.rows.push_back(std::move(row));
  }
  return table;
}

Table fault_by_scenario(const std::vector<sim::Results>& all) {
  Table table{"Which scenario fires which fault", {"scenario"}, {}};
  for (const auto& fault : sim::fault_counters()) {
    if (sum_of(all, fault) > 0) table.columns.push_back(fault);
  }
  for (const auto& results : all) {
    Table::Row row{results.scenario.name, {}};
    for (std::size_t i = 1; i < table.columns.size(); ++i)
      row.cells.push_back(count_of(results, table.columns[i]));
    table.rows.push_back(std::move(row));
  }
  return table;
}

std::string text_of(const Table& table) {
  std::vector<std::size_t> widths;
  for (const auto& column : table.columns) widths.push_back(column.size());
  for (const auto& row : table.rows) {
    widths[0] = std::max(widths[0], row.name.size());
    for (std::size_t i = 0; i < row.cells.size(); ++i)
      widths[i + 1] = std::max(widths[i + 1], cell(row.cells[i]).size());
  }
  const auto padded = [&](const std::string& text, std::size_t column) {
    const std::string space(widths[column] - text.size(), ' ');
    return column == 0 ? text + space : "  " + space + text;
  };
  std::string text = table.title + "\n";
  for (std::size_t i = 0; i < table.columns.size(); ++i) text += padded(table.columns[i], i);
  text += "\n";
  for (const auto& row : table.rows) {
    text += padded(row.name, 0);
    for (std::size_t i = 0; i < row.cells.size(); ++i) text += padded(cell(row.cells[i]), i + 1);
    text += "\n";
  }
  return text;
}

std::string tenths(std::uint64_t thousandths) {
  return std::to_string(thousandths / 1000) + "." + std::to_string(thousandths / 100 % 10);
}

std::string growth_line(const sim::Growth& growth) {
  return std::to_string(growth.states()) + " states, " + std::to_string(growth.once()) +
         " of them in one seed only: the next seed would show about " + tenths(growth.next_thousandths()) +
         " new ones";
}

std::string replay_command(const sim::Scenario& scenario, std::uint64_t seed) {
  if (scenario.schedule) return "raftsim replay " + scenario.file;
  return "raftsim replay " + scenario.file + " --seed " + std::to_string(seed) +
         (scenario.swarm ? " --swarm" : "");
}

std::string seeds_line(const sim::Results& results) {
  const auto& summary = results.summary;
  const auto all = " of " + std::to_string(summary.seeds) + " seeds ";
  if (results.scenario.expect_fail)
    return std::to_string(summary.as_expected) + all + "fail by " + *results.scenario.expect_fail +
           ", as expected";
  const auto undecided = std::min<std::uint64_t>(summary.undecided, summary.seeds - summary.failures);
  return std::to_string(summary.seeds - summary.failures - undecided) + all + "passed" +
         (undecided == 0 ? "" : ", " + std::to_string(undecided) + " undecided");
}

std::string ended_line(const std::vector<sim::Results>& all) {
  const auto ended = std::ranges::count_if(all, [](const auto& results) { return !results.cut_short; });
  if (static_cast<std::size_t>(ended) == all.size()) return "";
  return "the run was stopped: " + std::to_string(ended) + " of " + std::to_string(all.size()) +
         " scenarios ended";
}

sim::Verdict worst(const std::vector<sim::Results>& all) {
  using sim::Verdict;
  for (const auto verdict : {Verdict::not_deterministic, Verdict::violation, Verdict::inconclusive}) {
    const auto is = [&](const sim::Results& results) { return results.verdict() == verdict; };
    if (std::any_of(all.begin(), all.end(), is)) return verdict;
  }
  return Verdict::pass;
}

}  // namespace raftsim
