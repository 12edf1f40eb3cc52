#include <charconv>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <map>
#include <optional>
#include <unistd.h>

#include "cli/raftsim/print.hpp"
#include "cli/raftsim/verbs.hpp"
#include "sim/report.hpp"
#include "sim/rerun.hpp"
#include "sim/workers.hpp"

namespace raftsim {

namespace {

constexpr std::uint64_t kSeedsMax = 100'000'000;

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

// "A..B", both included, or one; nothing: it is neither.
std::optional<std::vector<std::uint64_t>> parse_seeds(std::string_view text) {
  const auto dots = text.find("..");
  const auto first = number(text.substr(0, dots));
  const auto last = dots == std::string_view::npos ? first : number(text.substr(dots + 2));
  if (!first || !last || *last < *first || *last - *first >= kSeedsMax) return std::nullopt;
  std::vector<std::uint64_t> seeds;
  for (auto seed = *first; seed <= *last; ++seed) seeds.push_back(seed);
  return seeds;
}

// A line that is written over while seeds run, on a terminal only.
class ProgressLine {
 public:
  ProgressLine(std::string name, std::size_t all)
      : name_(std::move(name)), all_(all), on_(isatty(STDERR_FILENO)) {}
  ~ProgressLine() {
    if (on_) std::fprintf(stderr, "\r\033[K");
  }
  void step(std::uint64_t failures) {
    ++done_;
    const auto now = std::chrono::steady_clock::now();
    if (!on_ || now - shown_ < std::chrono::milliseconds(100)) return;
    shown_ = now;
    std::fprintf(stderr, "\r\033[K%s  %zu of %zu seeds%s", name_.c_str(), done_, all_,
                 failures ? (", " + std::to_string(failures) + " failed").c_str() : "");
  }

 private:
  std::string name_;
  std::size_t all_;
  std::size_t done_ = 0;
  bool on_;
  std::chrono::steady_clock::time_point shown_;
};

int code_of(sim::Verdict verdict) {
  switch (verdict) {
    case sim::Verdict::pass:
      return kPass;
    case sim::Verdict::violation:
      return kViolation;
    case sim::Verdict::inconclusive:
      return kInconclusive;
  }
  return kInternal;
}

// A violation weighs more than what could not be decided.
int worse(int a, int b) {
  const auto weight = [](int code) {
    return code == kPass ? 0 : code == kInconclusive ? 1 : code == kViolation ? 2 : 3;
  };
  return weight(a) >= weight(b) ? a : b;
}

// Prints outcomes in the order of their seeds, however they come.
class InOrder {
 public:
  explicit InOrder(const sim::Scenario& scenario) : scenario_(scenario) {}
  void add(const sim::Outcome& outcome) {
    early_.emplace(outcome.seed, outcome);
    for (; next_ < scenario_.seeds.size(); ++next_) {
      const auto due = early_.find(scenario_.seeds[next_]);
      if (due == early_.end()) return;
      print_json(scenario_, due->second);
      early_.erase(due);
    }
  }

 private:
  const sim::Scenario& scenario_;
  std::size_t next_ = 0;
  std::multimap<std::uint64_t, sim::Outcome> early_;
};

int run_one(const sim::Scenario& scenario, const RunAsked& asked, Totals& totals) {
  sim::Summary summary;
  sim::Load load;
  {
    InOrder in_order(scenario);
    ProgressLine progress(scenario.name, scenario.seeds.size());
    const auto jobs = asked.jobs ? asked.jobs : sim::processors();
    load = sim::run_seeds(scenario, scenario.seeds, jobs, [&](const sim::Outcome& outcome) {
      summary.add(scenario, outcome);
      if (asked.json) in_order.add(outcome);
      progress.step(summary.failures);
    });
  }
  summary.close(scenario);
  const auto different = sim::rerun(scenario, scenario.seeds.front());
  if (asked.json) {
    print_json(scenario, summary, load);
  } else {
    print_text(scenario, summary, load);
  }
  if (different)
    complain(scenario.file + ": not deterministic: seed " + std::to_string(scenario.seeds.front()) + ": " +
             *different);
  totals.add(scenario, summary, load);
  return different ? kNotDeterministic : code_of(sim::verdict_of(summary));
}

}  // namespace

int run(const RunAsked& asked) {
  std::vector<sim::Scenario> scenarios;
  for (const auto& file : asked.files) {
    auto scenario = sim::read_scenario(file);
    if (!scenario.ok()) return complain(scenario.error()), kUsage;
    if (!asked.seeds.empty()) {
      auto seeds = parse_seeds(asked.seeds);
      if (!seeds)
        return complain("--seeds " + asked.seeds + ": expected A..B with A <= B, such as 1..1000"), kUsage;
      scenario->seeds = std::move(*seeds);
    }
    scenarios.push_back(std::move(scenario).value());
  }
  if (!asked.trace.empty()) {
    std::ofstream trace(asked.trace);
    if (!trace) return complain(asked.trace + ": can't be written"), kUsage;
    sim::RunOptions options;
    options.trace = &trace;
    options.trace_messages = true;
    (void)sim::run_seed(scenarios.front(), scenarios.front().seeds.front(), options);
  }
  int code = kPass;
  Totals totals;
  for (const auto& scenario : scenarios) code = worse(run_one(scenario, asked, totals), code);
  if (!asked.json) print_text(totals);
  return code;
}

}  // namespace raftsim
