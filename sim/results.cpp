#include "sim/results.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>
#include <set>

#include "core/base/check.hpp"
#include "sim/outcome_line.hpp"

namespace sim {

namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr int kVersion = 1;
constexpr std::uint64_t kSeedsMax = 100'000'000;

std::string hex(std::uint64_t value) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text(16, '0');
  for (auto at = text.rbegin(); at != text.rend(); ++at, value >>= 4) *at = kDigits[value & 0xF];
  return text;
}

ordered_json ranges_of(const std::vector<std::uint64_t>& seeds) {
  auto ranges = ordered_json::array();
  for (std::size_t i = 0; i < seeds.size();) {
    auto end = i + 1;
    while (end < seeds.size() && seeds[end] == seeds[end - 1] + 1) ++end;
    ranges.push_back({seeds[i], seeds[end - 1]});
    i = end;
  }
  return ranges;
}

std::vector<std::uint64_t> seeds_of(const json& ranges) {
  std::vector<std::uint64_t> seeds;
  for (const auto& range : ranges) {
    const std::uint64_t last = range.at(1);
    for (std::uint64_t seed = range.at(0); seed <= last && seeds.size() < kSeedsMax; ++seed)
      seeds.push_back(seed);
  }
  return seeds;
}

Coverage coverage_of(const json& object) {
  Coverage coverage;
  for (const auto& [counter, value] : object.items()) coverage[counter] = value.get<std::uint64_t>();
  return coverage;
}

// The digest of the text travels as the scenario's own; two of the same name must agree in it.
Scenario scenario_of(const json& line) {
  Scenario scenario;
  scenario.name = line.at("scenario");
  scenario.file = line.at("file");
  scenario.about = line.at("about");
  scenario.text_digest = std::stoull(line.at("text").get<std::string>(), nullptr, 16);
  scenario.seeds = seeds_of(line.at("seeds"));
  scenario.servers = line.at("machines");
  scenario.swarm = line.at("swarm");
  scenario.require = coverage_of(line.at("require"));
  scenario.require_per_seed = coverage_of(line.at("require_per_seed"));
  if (line.contains("expect_fail")) scenario.expect_fail = line.at("expect_fail").get<std::string>();
  return scenario;
}

Results* find(std::vector<Results>& all, const std::string& name) {
  const auto at =
      std::find_if(all.begin(), all.end(), [&](const Results& r) { return r.scenario.name == name; });
  return at == all.end() ? nullptr : &*at;
}

// Nothing: it was taken; otherwise what is wrong with it.
std::optional<std::string> take(const json& line, std::vector<Results>& all) {
  if (line.contains("scenario")) {
    auto scenario = scenario_of(line);
    auto* known = find(all, scenario.name);
    if (!known) {
      all.emplace_back().scenario = std::move(scenario);
      return std::nullopt;
    }
    if (known->scenario.text_digest != scenario.text_digest || known->scenario.swarm != scenario.swarm)
      return "these are results of another text of '" + scenario.name + "', or of another way to run it";
    auto& seeds = known->scenario.seeds;
    std::vector<std::uint64_t> both;
    std::set_union(seeds.begin(), seeds.end(), scenario.seeds.begin(), scenario.seeds.end(),
                   std::back_inserter(both));
    seeds = std::move(both);
    return std::nullopt;
  }
  const std::string name = line.at(line.contains("of") ? "of" : "end");
  auto* results = find(all, name);
  if (!results) return "no line before it tells of the scenario '" + name + "'";
  if (line.contains("of")) {
    (void)results->add(outcome_of(line));
    return std::nullopt;
  }
  results->load.cpu_ns += line.at("cpu_ns").get<std::uint64_t>();
  results->load.wall_ns = std::max(results->load.wall_ns, line.at("wall_ns").get<std::uint64_t>());
  if (line.contains("not_deterministic"))
    results->not_deterministic = line.at("not_deterministic").get<std::string>();
  return std::nullopt;
}

}  // namespace

std::vector<State> Results::add(const Outcome& outcome) {
  const auto [at, is_new] = digests.emplace(outcome.seed, outcome.digest);
  if (!is_new) {
    // A process that died or was stopped has none.
    if (at->second != 0 && outcome.digest != 0 && at->second != outcome.digest)
      not_deterministic = "seed " + std::to_string(outcome.seed) + " came to the digests " + hex(at->second) +
                          " and " + hex(outcome.digest);
    if (at->second != 0 && outcome.digest == 0 && outcome.violation)
      not_deterministic = "seed " + std::to_string(outcome.seed) +
                          " ended once, and once more it didn't: " + outcome.violation->what;
    return {};
  }
  summary.add(scenario, outcome);
  return growth.add(outcome.seed, outcome.states);
}

void Results::close(bool partly) {
  std::sort(summary.inconclusive.begin(), summary.inconclusive.end());
  if (partly) return;
  summary.close(scenario);
  std::size_t missing = 0;
  std::string which;
  for (const auto seed : scenario.seeds) {
    if (digests.contains(seed)) continue;
    if (++missing <= 5) which += (which.empty() ? " " : ", ") + std::to_string(seed);
  }
  if (missing == 0) return;
  summary.inconclusive.push_back(std::to_string(missing) + (missing == 1 ? " seed is" : " seeds are") +
                                 " missing:" + which + (missing > 5 ? ", …" : ""));
}

Verdict Results::verdict() const {
  return not_deterministic ? Verdict::not_deterministic : verdict_of(summary);
}

ResultsFile::ResultsFile(std::ostream& out) : out_(out) {
  out_ << line_of({{"raftsim_results", kVersion}, {"version", LOCKD_VERSION}}) << std::flush;
}

void ResultsFile::scenario(const Scenario& scenario) {
  auto seeds = scenario.seeds;
  std::sort(seeds.begin(), seeds.end());
  ordered_json line{{"scenario", scenario.name},
                    {"file", scenario.file},
                    {"about", scenario.about},
                    {"text", hex(scenario.text_digest)},
                    {"seeds", ranges_of(seeds)},
                    {"machines", scenario.machines()},
                    {"swarm", scenario.swarm},
                    {"require", scenario.require},
                    {"require_per_seed", scenario.require_per_seed}};
  if (scenario.expect_fail) line["expect_fail"] = *scenario.expect_fail;
  out_ << line_of(line) << std::flush;
}

void ResultsFile::seed(const std::string& scenario, const Outcome& outcome,
                       const std::vector<State>& states) {
  ordered_json line{{"of", scenario}};
  line.update(to_json(outcome, states));
  out_ << line_of(line) << std::flush;
}

void ResultsFile::end(const Results& results) {
  ordered_json line{
      {"end", results.scenario.name}, {"cpu_ns", results.load.cpu_ns}, {"wall_ns", results.load.wall_ns}};
  if (results.not_deterministic) line["not_deterministic"] = *results.not_deterministic;
  out_ << line_of(line) << std::flush;
}

base::Status read_results(std::string_view text, const std::string& file, std::vector<Results>& all) {
  std::size_t number = 0;
  std::set<std::string> begun;
  while (!text.empty()) {
    const auto end = text.find('\n');
    if (end == text.npos && number > 0) break;  // whoever wrote it was stopped in the middle of a line
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const auto where = file + ":" + std::to_string(++number) + ": ";
    try {
      const auto parsed = json::parse(line);
      if (number == 1) {
        if (!parsed.is_object() || !parsed.contains("raftsim_results"))
          return base::Error{where + "no results of raftsim: expected what `raftsim run --report` writes"};
        if (parsed.at("raftsim_results") != kVersion)
          return base::Error{where + "results of another version of raftsim: expected format " +
                             std::to_string(kVersion)};
        continue;
      }
      if (const auto wrong = take(parsed, all)) return base::Error{where + *wrong};
      if (parsed.contains("scenario")) begun.insert(parsed.at("scenario").get<std::string>());
      if (parsed.contains("end")) begun.erase(parsed.at("end").get<std::string>());
    } catch (const std::exception& wrong) {
      return base::Error{where + "no results of raftsim: " + wrong.what()};
    }
  }
  if (number == 0) return base::Error{file + ": empty: expected what `raftsim run --report` writes"};
  for (const auto& name : begun) {
    auto& results = *find(all, name);
    results.cut_short = true;
    results.summary.inconclusive.push_back(
        file + " ends " + (results.digests.empty() ? "before its first seed" : "in the middle of the run"));
  }
  return base::Done{};
}

}  // namespace sim
