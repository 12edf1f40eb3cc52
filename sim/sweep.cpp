#include "sim/sweep.hpp"

#include <algorithm>
#include <utility>

namespace sim {

namespace {

bool belongs(FaultSite site, SweepOf what) {
  switch (site) {
    case FaultSite::other:
      return false;
    case FaultSite::loss:
    case FaultSite::dup:
    case FaultSite::reorder:
    case FaultSite::corrupt:
      return what == SweepOf::all || what == SweepOf::messages;
    case FaultSite::crash_before:
    case FaultSite::crash_after:
      return what == SweepOf::all || what == SweepOf::crashes || what == SweepOf::disk;
    case FaultSite::power_cut:
    case FaultSite::read_error:
    case FaultSite::write_error:
    case FaultSite::sync_error:
    case FaultSite::torn:
    case FaultSite::lost:
    case FaultSite::rot:
      return what == SweepOf::all || what == SweepOf::disk;
    case FaultSite::late_timer:
      return what == SweepOf::all || what == SweepOf::timers;
  }
  return false;
}

// 0, 1/2, 1/4, 3/4, 1/8, … of the whole (van der Corput): any beginning of it lies evenly.
std::vector<std::size_t> spread(std::size_t count) {
  unsigned bits = 0;
  while ((std::size_t{1} << bits) < count) ++bits;
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < std::size_t{1} << bits; ++i) {
    std::size_t reversed = 0;
    for (unsigned bit = 0; bit < bits; ++bit) reversed |= (i >> bit & 1) << (bits - 1 - bit);
    if (reversed < count) order.push_back(reversed);
  }
  return order;
}

}  // namespace

std::vector<Flip> places_of(const Traced& counted, SweepOf what, std::uint64_t every) {
  std::vector<Flip> places;
  for (const auto& [stream, sites] : counted.sites) {
    for (std::size_t i = 0; i < kFaultSites; ++i) {
      const auto site = static_cast<FaultSite>(i);
      if (!belongs(site, what)) continue;
      for (std::uint64_t k = 1; k <= sites.times[i]; k += every) places.push_back({stream, site, k});
    }
  }
  return places;
}

Swept sweep(const Scenario& scenario, const Traced& counted, const SweepOptions& options) {
  const std::size_t together = std::size_t{8} * options.jobs;
  Swept swept;
  swept.places = places_of(counted, options.what, 1).size();
  const auto places = places_of(counted, options.what, options.every);
  swept.chosen = places.size();
  const auto order = spread(places.size());
  std::vector<std::pair<std::size_t, Violation>> failures;
  for (std::size_t from = 0; from < order.size() && options.go_on(); from += together) {
    const auto to = std::min(order.size(), from + together);
    std::vector<Scenario> scenarios;
    for (auto i = from; i < to; ++i) {
      auto& made = scenarios.emplace_back(scenario);
      if (!made.schedule) made.schedule = Schedule{scenario.seeds.front(), {}, {}};
      made.schedule->flips.push_back(places[order[i]]);
    }
    const auto tried = try_each(scenarios, options.jobs);
    for (std::size_t i = 0; i < tried.size(); ++i) {
      if (tried[i].violation) failures.emplace_back(order[from + i], *tried[i].violation);
      swept.inconclusive += tried[i].inconclusive && !tried[i].violation ? 1 : 0;
    }
    swept.runs += tried.size();
    options.progress(swept.runs, places.size());
  }
  std::ranges::sort(failures, {}, [](const auto& failure) { return failure.first; });
  for (const auto& [place, violation] : failures) swept.failures.push_back({places[place], violation});
  return swept;
}

}  // namespace sim
