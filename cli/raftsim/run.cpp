#include <algorithm>
#include <cstdio>
#include <fstream>
#include <optional>

#include "cli/raftsim/gather.hpp"
#include "cli/raftsim/hunt.hpp"
#include "cli/raftsim/print.hpp"
#include "cli/raftsim/progress.hpp"
#include "cli/raftsim/publish.hpp"
#include "cli/raftsim/tables.hpp"
#include "cli/raftsim/verbs.hpp"
#include "core/base/duration.hpp"

namespace raftsim {

namespace {

struct Plan {
  std::vector<sim::Results> all;
  std::optional<base::Duration> budget;
  Shard shard;
  bool sharded = false;
};

// Answers the exit code where something is wrong with what was asked.
std::optional<int> read_scenarios(const RunAsked& asked, Plan& plan) {
  for (const auto& file : asked.files) {
    auto scenario = sim::read_scenario(file);
    if (!scenario.ok()) return complain(scenario.error()), kUsage;
    if (!asked.seeds.empty() && scenario->schedule)
      return complain(file + " has a schedule, and no seeds: leave --seeds out"), kUsage;
    if (!asked.seeds.empty()) {
      auto seeds = parse_seeds(asked.seeds);
      if (!seeds)
        return complain("--seeds " + asked.seeds + ": expected A..B with A <= B, such as 1..1000"), kUsage;
      if (plan.budget && seeds->size() > 1)
        return complain("--seeds " + asked.seeds + ": with --budget give the first seed alone, such as " +
                        std::to_string(seeds->front())),
               kUsage;
      scenario->seeds = std::move(*seeds);
    }
    const bool swarm = plan.budget || asked.swarm;
    if (swarm && (scenario->expect_fail || scenario->schedule)) {
      complain(file + ": left out: " +
               (scenario->schedule ? "it has a schedule of its own"
                                   : "it must fail, and part of its faults may not suffice"));
      continue;
    }
    for (const auto& other : plan.all) {
      if (other.scenario.name == scenario->name)
        return complain(file + ": another file tells of '" + scenario->name +
                        "', too: " + other.scenario.file),
               kUsage;
    }
    scenario->swarm = swarm;
    if (swarm) {
      scenario->require.clear();
      scenario->require_per_seed.clear();
    }
    plan.all.emplace_back().scenario = std::move(scenario).value();
  }
  if (plan.all.empty()) return complain("no scenario is left to run"), kUsage;
  return std::nullopt;
}

std::optional<int> make_plan(const RunAsked& asked, Plan& plan) {
  if (!asked.budget.empty()) {
    const auto budget = base::parse_duration(asked.budget);
    if (!budget.ok()) return complain("--budget: " + budget.error()), kUsage;
    plan.budget = budget.value();
  }
  if (!asked.shard.empty()) {
    const auto shard = parse_shard(asked.shard);
    if (!shard)
      return complain("--shard " + asked.shard + ": expected i/n with 1 <= i <= n, such as 2/8"), kUsage;
    plan.shard = *shard;
    plan.sharded = shard->of > 1;
  }
  return read_scenarios(asked, plan);
}

std::optional<int> draw_first(const RunAsked& asked, const sim::Scenario& scenario) {
  if (asked.trace.empty()) return std::nullopt;
  std::ofstream trace(asked.trace);
  if (!trace) return complain(asked.trace + ": can't be written"), kUsage;
  sim::RunOptions options;
  options.perfetto = &trace;
  const auto outcome = sim::run_seed(scenario, scenario.seeds.front(), options);
  if (outcome.picture_cut_short) complain(asked.trace + ": cut short: the run is too long to be drawn whole");
  return std::nullopt;
}

void run_all(Gathering how, const RunAsked& asked, Plan& plan) {
  for (const auto& results : plan.all) {
    if (how.file) how.file->scenario(results.scenario);
  }
  for (auto& results : plan.all) {
    const auto& name = results.scenario.name;
    const auto seeds = of_shard(results.scenario.seeds, plan.shard);
    if (!seeds.empty()) {
      Progress progress;
      std::size_t done = 0;
      how.ended = [&](const sim::Outcome&) {
        ++done;
        const auto failed = results.summary.failures;
        if (progress.due())
          progress.show(name + "  " + std::to_string(done) + " of " + std::to_string(seeds.size()) +
                        " seeds" + (failed ? ", " + std::to_string(failed) + " failed" : std::string()));
      };
      gather(how, results, seeds);
      run_again(results, seeds.front());
    }
    if (how.file) how.file->end(results);
    results.close(plan.sharded);
    if (asked.json) {
      print_json(results);
    } else {
      print_text(results);
    }
  }
}

// The scenarios that had the most.
void tell_where_time_went(const std::vector<sim::Results>& all) {
  std::vector<const sim::Results*> order;
  std::uint64_t cpu_ns = 1;
  for (const auto& results : all) {
    order.push_back(&results);
    cpu_ns += results.load.cpu_ns;
  }
  std::stable_sort(order.begin(), order.end(), [](const sim::Results* a, const sim::Results* b) {
    return a->load.cpu_ns > b->load.cpu_ns;
  });
  constexpr std::size_t kTold = 5;
  std::printf("where the time went:");
  for (std::size_t i = 0; i < std::min(order.size(), kTold); ++i)
    std::printf("%s %s %d %%", i == 0 ? "" : ",", order[i]->scenario.name.c_str(),
                static_cast<int>(order[i]->load.cpu_ns * 100 / cpu_ns));
  std::printf("%s\n", order.size() > kTold ? ", …" : "");
}

void run_for(const Gathering& how, const RunAsked& asked, Plan& plan) {
  hunt(how, plan.all, *plan.budget, plan.shard);
  for (auto& results : plan.all) {
    results.close(true);
    if (asked.json) {
      print_json(results);
    } else {
      print_text(results);
    }
  }
}

}  // namespace

int run(const RunAsked& asked) {
  Plan plan;
  if (const auto wrong = make_plan(asked, plan)) return *wrong;
  if (asked.real) {
    std::vector<sim::Scenario> scenarios;
    for (auto& results : plan.all) scenarios.push_back(std::move(results.scenario));
    return run_real(asked, std::move(scenarios));
  }
  if (const auto ready = prepare(asked.outlets); !ready.ok()) return complain(ready.error()), kUsage;
  if (const auto wrong = draw_first(asked, plan.all.front().scenario)) return *wrong;
  std::ofstream out;
  std::optional<sim::ResultsFile> file;
  if (!asked.outlets.report.empty()) {
    out.open(asked.outlets.report + "/results.jsonl", std::ios::trunc);
    if (!out) return complain(asked.outlets.report + "/results.jsonl: can't be written"), kUsage;
    file.emplace(out);
  }
  const Gathering how{file ? &*file : nullptr, asked.json, asked.jobs};
  if (plan.budget) {
    run_for(how, asked, plan);
  } else {
    run_all(how, asked, plan);
  }
  out.close();
  if (file && !out) return complain(asked.outlets.report + "/results.jsonl: can't be written"), kInternal;
  Totals totals;
  for (const auto& results : plan.all) totals.add(results);
  if (!asked.json) print_text(totals);
  if (!asked.json && plan.budget) tell_where_time_went(plan.all);
  if (!asked.json && plan.all.front().scenario.swarm)
    std::printf("each seed played a part of the faults: what scenarios require was not judged\n");
  if (!asked.json && plan.sharded && !plan.all.front().scenario.swarm)
    std::printf("a part of the seeds: what scenarios require is judged by `raftsim report` of all parts\n");
  std::fflush(stdout);
  const auto code = code_of(worst(plan.all));
  if (const auto published = publish(asked.outlets, plan.all); !published.ok())
    return complain(published.error()), code == kPass ? kInternal : code;
  if (totals.seeds == 0) {
    complain(plan.budget ? "the time was used up before a seed had run" : "this share of the seeds is empty");
    return plan.budget ? kInconclusive : code;
  }
  return code;
}

}  // namespace raftsim
