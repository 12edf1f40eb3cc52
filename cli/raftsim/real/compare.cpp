#include "cli/raftsim/real/compare.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "cli/common/table.hpp"
#include "core/base/check.hpp"
#include "core/base/duration.hpp"
#include "core/base/overload.hpp"
#include "sim/check/history_file.hpp"

namespace real {

namespace {

const char* kind_of(const std::optional<check::Ret>& ret) {
  if (!ret) return "unknown";
  return std::visit(
      base::Overload{[](const check::Granted&) { return "granted"; },
                     [](const check::NotGranted& n) { return n.refused ? "refused" : "not granted"; },
                     [](const check::Stood& s) { return s.yes ? "stands" : "is over"; },
                     [](const check::StatusWritten&) { return "written"; },
                     [](const check::RevisionDiffers&) { return "revision differs"; },
                     [](const check::StaleToken&) { return "stale token"; },
                     [](const check::Cleared&) { return "cleared"; },
                     [](const check::StatusSeen&) { return "read"; },
                     [](const check::ValueSeen&) { return "read"; },
                     [](const check::Swapped& s) { return s.yes ? "swapped" : "not swapped"; },
                     [](const check::Done&) { return "done"; }, [](const check::Run&) { return "runs"; },
                     [](const check::Outcome&) { return "told the outcome"; },
                     [](const check::Finished&) { return "finished"; }},
      *ret);
}

struct Seen {
  std::map<std::string, std::uint64_t> outcomes;
  std::map<std::string, std::vector<base::Duration>> latencies;  // of each operation, rising
};

Seen look(const sim::Outcome& outcome) {
  const auto history = check::parse_json(outcome.history, "history");
  CHECK(history.ok());
  Seen seen;
  for (const auto& operation : history.value()) {
    if (std::holds_alternative<check::Expire>(operation.op)) continue;
    const std::string name = check::name_of(operation.op);
    ++seen.outcomes[name + ": " + kind_of(operation.ret)];
    if (operation.end) seen.latencies[name].emplace_back(*operation.end - operation.start);
  }
  for (auto& [name, all] : seen.latencies) std::ranges::sort(all);
  return seen;
}

// Nearest rank.
std::string percentile(const Seen& seen, const std::string& name, std::size_t percent) {
  const auto at = seen.latencies.find(name);
  if (at == seen.latencies.end()) return "-";
  const auto rank = (at->second.size() * percent + 99) / 100;
  const auto value = at->second[std::max<std::size_t>(rank, 1) - 1];
  return base::format_duration(value - value % std::chrono::microseconds(100));
}

template <class Value>
std::vector<std::string> names(const std::map<std::string, Value>& one,
                               const std::map<std::string, Value>& other) {
  std::vector<std::string> all;
  for (const auto& [name, value] : one) all.push_back(name);
  for (const auto& [name, value] : other) {
    if (!one.contains(name)) all.push_back(name);
  }
  std::ranges::sort(all);
  return all;
}

template <class Counts>
std::string number(const Counts& counts, const std::string& name) {
  const auto at = counts.find(name);
  return std::to_string(at == counts.end() ? 0 : at->second);
}

}  // namespace

std::string compare(const Side& real, const Side& simulated) {
  std::vector<std::vector<std::string>> rows{{"verdict", real.verdict, simulated.verdict}};
  static const std::vector<std::pair<std::string, std::string>> kCounters = {
      {"ops_done", "operations done"},
      {"ops_unknown", "their outcome unknown"},
      {"lock_granted", "grants"},
      {"lease_ended_while_held", "leases that ended while held"},
      {"stale_token_refused", "stale tokens refused"},
      {"uploads_accepted", "uploads accepted"},
      {"leader_changes", "leader changes"},
      {"stepped_down", "leaders that stepped down"},
      {"server_crashes", "crashes of servers"},
      {"client_crashes", "crashes of clients"},
      {"pauses", "pauses"},
      {"partitions", "partitions"},
      {"clock_jumps", "clock jumps"},
      {"connections_broken", "connections broken"}};
  for (const auto& [counter, words] : kCounters) {
    const auto here = number(real.outcome.coverage, counter);
    const auto there = number(simulated.outcome.coverage, counter);
    if (here != "0" || there != "0") rows.push_back({words, here, there});
  }
  const auto here = look(real.outcome);
  const auto there = look(simulated.outcome);
  for (const auto& name : names(here.outcomes, there.outcomes))
    rows.push_back({name, number(here.outcomes, name), number(there.outcomes, name)});
  for (const auto& name : names(here.latencies, there.latencies)) {
    for (const std::size_t percent : {50, 99}) {
      rows.push_back({name + (percent == 50 ? ", median" : ", 99th percentile"),
                      percentile(here, name, percent), percentile(there, name, percent)});
    }
  }
  return cli::table({"", "REAL", "SIMULATED"}, std::move(rows));
}

}  // namespace real
