#include "cli/raftsim/hunt.hpp"

#include <algorithm>

#include "cli/raftsim/progress.hpp"
#include "core/base/duration.hpp"
#include "sim/budget.hpp"

namespace raftsim {

namespace {

using Clock = std::chrono::steady_clock;

// The seeds of one scenario that are still to come, and how long one takes.
struct Ahead {
  std::uint64_t next = 0;
  std::uint64_t seeds = 0;
  std::uint64_t cpu_ns = 0;
};

// As many as keep each worker busy for half a second, and no longer than there is time; one at first.
std::uint64_t batch(const Ahead& ahead, std::chrono::nanoseconds left, unsigned jobs) {
  if (ahead.seeds == 0) return jobs;
  const auto each = std::max<std::uint64_t>(1, ahead.cpu_ns / ahead.seeds);
  const auto time = std::min<std::int64_t>(left.count(), 500'000'000);
  return jobs * std::clamp<std::uint64_t>(static_cast<std::uint64_t>(time) / each, 1, 1000);
}

std::string line_of(const std::vector<sim::Results>& all, const std::string& name,
                    std::chrono::nanoseconds left) {
  std::uint64_t seeds = 0;
  std::uint64_t states = 0;
  std::uint64_t failures = 0;
  for (const auto& results : all) {
    seeds += results.summary.seeds;
    states += results.growth.states();
    failures += results.summary.failures;
  }
  const auto seconds = std::max<std::int64_t>(0, left.count() / 1'000'000'000);
  return std::to_string(seconds) + " s left  " + name + "  " + sim::short_number(seeds) + " seeds, " +
         sim::short_number(states) + " states" +
         (failures ? ", " + std::to_string(failures) + " failed" : std::string());
}

}  // namespace

void hunt(const Gathering& how, std::vector<sim::Results>& all, std::chrono::nanoseconds wall, Shard shard) {
  const auto end = Clock::now() + wall;
  sim::Chooser chooser(all.size());
  std::vector<Ahead> ahead(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    ahead[i].next = all[i].scenario.seeds.front() + shard.number - 1;
    all[i].scenario.seeds.clear();  // no seed is missed that there was no time for
    if (how.file) how.file->scenario(all[i].scenario);
  }
  Progress progress;
  const auto jobs = how.jobs ? how.jobs : sim::processors();
  for (auto left = wall; left.count() > 0; left = end - Clock::now()) {
    const auto i = chooser.next();
    auto& results = all[i];
    const bool first = ahead[i].seeds == 0;
    std::vector<std::uint64_t> seeds;
    for (auto more = batch(ahead[i], left, jobs); more > 0; --more) {
      seeds.push_back(ahead[i].next);
      ahead[i].next += shard.of;
    }
    const auto known = results.growth.states();
    auto watched = how;
    watched.ended = [&](const sim::Outcome&) {
      if (progress.due()) progress.show(line_of(all, results.scenario.name, end - Clock::now()));
    };
    const auto load = gather(watched, results, seeds);
    ahead[i].seeds += seeds.size();
    ahead[i].cpu_ns += load.cpu_ns;
    // The first seed once more: another digest shows in the results.
    if (first)
      sim::run_seeds(results.scenario, {seeds.front()}, 1, [&](const sim::Outcome& o) { results.add(o); });
    chooser.spent(i, load.cpu_ns, results.growth.states() - known);
  }
  for (const auto& results : all) {
    if (how.file) how.file->end(results);
  }
}

}  // namespace raftsim
