// raftsim run --real: scenarios against lockd processes, and the same in the simulator.
#include <cinttypes>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "cli/raftsim/print.hpp"
#include "cli/raftsim/real/compare.hpp"
#include "cli/raftsim/real/lockd.hpp"
#include "cli/raftsim/real/unplayed.hpp"
#include "cli/raftsim/real/world.hpp"
#include "cli/raftsim/verbs.hpp"
#include "core/base/duration.hpp"

namespace raftsim {

namespace {

namespace fs = std::filesystem;

volatile std::sig_atomic_t interrupted = 0;

// A folder for one run, removed at its end unless it is kept.
class Folder {
 public:
  Folder() {
    auto name = (fs::temp_directory_path() / "raftsim-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error(name + ": can't be made");
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    if (!kept_) fs::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::string& path() const { return path_; }
  void keep() { kept_ = true; }

 private:
  std::string path_;
  bool kept_ = false;
};

struct Judged {
  sim::Outcome outcome;
  sim::Verdict verdict = sim::Verdict::inconclusive;
  std::vector<std::string> missing;  // for a pass
};

Judged judge(const sim::Scenario& scenario, sim::Outcome outcome) {
  sim::Summary summary;
  summary.add(scenario, outcome);
  summary.close(scenario);
  return {std::move(outcome), sim::verdict_of(summary), summary.inconclusive};
}

// What is required of one seed: what can't be counted is not, and of what all seeds together must have met,
// its share.
sim::Scenario of_one_seed(sim::Scenario scenario) {
  const auto uncounted = [](const auto& entry) { return !real::is_counted(entry.first); };
  std::erase_if(scenario.require, uncounted);
  std::erase_if(scenario.require_per_seed, uncounted);
  const auto seeds = scenario.seeds.size();
  for (auto& [counter, least] : scenario.require) least = (least + seeds - 1) / seeds;
  return scenario;
}

void print_unplayed(const std::vector<real::Unplayed>& list) {
  for (const bool weighs : {true, false}) {
    for (const auto& one : list) {
      if (one.weighs == weighs)
        std::printf("  %s for real: %s: %s\n", weighs ? "NOT PLAYED" : "otherwise", one.path.c_str(),
                    one.why.c_str());
    }
  }
  std::fflush(stdout);
}

void print_real(const sim::Scenario& scenario, const Judged& judged, const Judged* simulated) {
  const auto& outcome = judged.outcome;
  std::printf(
      "%-13s %-22s for real, seed %" PRIu64 ": %s operations in %s\n", name_of(judged.verdict),
      scenario.name.c_str(), outcome.seed, sim::short_number(outcome.operations).c_str(),
      base::format_duration(outcome.simulated - outcome.simulated % std::chrono::milliseconds(100)).c_str());
  if (outcome.violation) {
    std::printf("  violates %s%s: %s\n", outcome.violation->check.c_str(),
                scenario.expect_fail == outcome.violation->check ? ", as expected" : "",
                outcome.violation->what.c_str());
    for (const auto& line : outcome.violation->lines) std::printf("    %s\n", line.c_str());
  }
  for (const auto& why : judged.missing) std::printf("  inconclusive: %s\n", why.c_str());
  if (simulated)
    std::fputs(
        real::compare({name_of(judged.verdict), outcome}, {name_of(simulated->verdict), simulated->outcome})
            .c_str(),
        stdout);
}

void print_json(const sim::Scenario& scenario, const char* world, const Judged& judged,
                const std::vector<real::Unplayed>& list) {
  nlohmann::ordered_json line{{"scenario", scenario.name},        {"world", world},
                              {"seed", judged.outcome.seed},      {"verdict", name_of(judged.verdict)},
                              {"ops", judged.outcome.operations}, {"ns", judged.outcome.simulated.count()}};
  if (judged.outcome.violation) {
    line["check"] = judged.outcome.violation->check;
    line["what"] = judged.outcome.violation->what;
    line["lines"] = judged.outcome.violation->lines;
  }
  line["inconclusive"] = judged.missing;
  auto unplayed = nlohmann::ordered_json::array();
  for (const auto& one : list)
    unplayed.push_back({{"path", one.path}, {"why", one.why}, {"weighs", one.weighs}});
  line["unplayed"] = unplayed;
  line["coverage"] = judged.outcome.coverage;
  std::printf("%s\n", line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace).c_str());
  std::fflush(stdout);
}

Judged play(const sim::Scenario& scenario, std::uint64_t seed, const real::Options& options,
            const std::vector<real::Unplayed>& list, bool allow_unplayed) {
  auto judged = judge(of_one_seed(scenario), real::World(scenario, seed, options).run());
  for (const auto& one : list) {
    if (one.weighs && !allow_unplayed) judged.missing.push_back("not played: " + one.path);
  }
  if (judged.verdict == sim::Verdict::pass && !judged.missing.empty())
    judged.verdict = sim::Verdict::inconclusive;
  return judged;
}

int run_one(const sim::Scenario& scenario, std::uint64_t seed, const RunAsked& asked,
            const std::string& lockd, std::ostream* trace) {
  Folder folder;
  const auto skewed = real::is_skewed(lockd, folder.path());
  if (!skewed.ok()) return complain(skewed.error()), kUsage;
  real::Options options{.lockd = lockd,
                        .skewed = skewed.value(),
                        .folder = folder.path(),
                        .trace = trace,
                        .interrupted = &interrupted};
  const auto list = real::unplayed(scenario, options.skewed);
  if (!asked.json) {
    std::printf("%s for real, up to %s\n", scenario.name.c_str(),
                base::format_duration(scenario.timeline_ends() +
                                      scenario.checks.converge_within.value_or(sim::Duration(0)))
                    .c_str());
    print_unplayed(list);
  }
  const auto judged = play(scenario, seed, options, list, asked.allow_unplayed);
  std::optional<Judged> simulated;
  if (!interrupted) simulated = judge(of_one_seed(scenario), sim::run_seed(scenario, seed));
  if (asked.json) {
    print_json(scenario, "real", judged, list);
    if (simulated) print_json(scenario, "simulated", *simulated, {});
  } else {
    print_real(scenario, judged, simulated ? &*simulated : nullptr);
  }
  const bool failed = judged.outcome.violation && judged.verdict != sim::Verdict::pass;
  if (failed || (judged.outcome.inconclusive && !interrupted)) {
    std::ofstream(folder.path() + "/history.jsonl") << judged.outcome.history;
    folder.keep();
    complain("the servers' folders and logs, and the history, are kept in " + folder.path());
  }
  return code_of(judged.verdict);
}

}  // namespace

namespace {

// A violation weighs more than what could not be decided.
int worse(int a, int b) {
  const auto weight = [](int code) {
    return code == kPass ? 0 : code == kInconclusive ? 1 : code == kViolation ? 2 : 3;
  };
  return weight(a) >= weight(b) ? a : b;
}

}  // namespace

int run_real(const RunAsked& asked, std::vector<sim::Scenario> scenarios) {
  const auto lockd = real::find_lockd(asked.lockd);
  if (!lockd.ok()) return complain(lockd.error()), kUsage;
  if (!asked.until.empty()) {
    const auto until = base::parse_duration(asked.until);
    if (!until.ok()) return complain("--until: " + until.error()), kUsage;
    if (until.value() <= base::Duration(0)) return complain("--until: must be longer than 0s"), kUsage;
    for (auto& scenario : scenarios) scenario = real::cut_short(std::move(scenario), until.value());
  }
  std::ofstream trace;
  if (!asked.trace.empty()) {
    trace.open(asked.trace);
    if (!trace) return complain(asked.trace + ": can't be written"), kUsage;
  }
  // Whatever ends it, servers and folders go with it.
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    // Under nohup the hangup is not for us.
    if (std::signal(signal, [](int) { interrupted = 1; }) == SIG_IGN) std::signal(signal, SIG_IGN);
  }
  int code = kPass;
  for (const auto& scenario : scenarios) {
    // Without --seeds one is played: a run takes as long as its story.
    for (const auto seed : asked.seeds.empty() ? std::vector{scenario.seeds.front()} : scenario.seeds) {
      if (interrupted) return worse(kInconclusive, code);
      code = worse(run_one(scenario, seed, asked, lockd.value(), trace.is_open() ? &trace : nullptr), code);
    }
  }
  return code;
}

}  // namespace raftsim
