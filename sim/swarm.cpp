#include "sim/swarm.hpp"

#include <algorithm>
#include <initializer_list>

#include "core/base/random.hpp"

namespace sim {

namespace {

// One of them, or what was there.
template <class Number>
void vary(base::Random& random, Number& value, std::initializer_list<Number> choices) {
  const auto chosen = random.below(choices.size() + 1);
  if (chosen < choices.size()) value = choices.begin()[chosen];
}

void vary_tuning(Scenario& scenario, base::Random& random) {
  auto& tuning = scenario.tuning;
  // Only upwards: below what the story asks for its latencies might keep any leader from being elected.
  const auto percent = static_cast<std::int64_t>(100 + 50 * random.below(3));
  tuning.election_min = tuning.election_min * percent / 100;
  tuning.election_max = tuning.election_max * percent / 100;
  if (random.below(2) == 0) tuning.heartbeat = tuning.heartbeat * 3 / 2;
  tuning.heartbeat = std::min(tuning.heartbeat, tuning.election_min / 3);
  vary(random, tuning.append_entries_max, {1u, 3u, 16u});
  vary(random, tuning.append_bytes_max, {512u, 8192u});
  vary(random, tuning.inflight_messages_max, {1u, 3u});
  vary(random, tuning.inflight_bytes_max, {std::uint64_t{2048}, std::uint64_t{65536}});
  vary(random, tuning.inflight_pieces_max, {1u, 8u});
  auto& snapshots = scenario.snapshots;
  vary(random, snapshots.entries, {std::uint64_t{40}, std::uint64_t{150}, std::uint64_t{600}});
  vary(random, snapshots.keep_entries, {std::uint64_t{5}, std::uint64_t{50}});
  vary(random, snapshots.piece_bytes, {std::size_t{512}, std::size_t{4096}});
}

void switch_off(Scenario& scenario, base::Random& random) {
  const auto off = [&] { return random.below(2) == 0; };
  const Scenario calm;
  std::erase_if(scenario.timeline, [&](const Step& step) {
    const bool goes = off();
    return goes && !std::holds_alternative<Heal>(step.action);
  });
  for (auto* rate : {&scenario.network.loss, &scenario.network.dup, &scenario.network.reorder,
                     &scenario.network.corrupt}) {
    if (off()) *rate = 0;
  }
  if (off()) scenario.links.clear();
  if (off()) scenario.own_clocks.clear();
  if (off()) scenario.disk.latency_ns = calm.disk.latency_ns;
  auto& disk = scenario.disk;
  for (auto* rate : {&disk.read_error, &disk.write_error, &disk.sync_error, &disk.power_cut, &disk.rot}) {
    if (off()) *rate = 0;
  }
  if (off()) disk.full_at.reset();
  if (off()) scenario.drift_ppm = calm.drift_ppm;
  if (off()) scenario.client_drift_ppm = calm.client_drift_ppm;
  scenario.require.clear();
  scenario.require_per_seed.clear();
}

}  // namespace

Scenario swarmed(Scenario scenario, std::uint64_t seed) {
  if (scenario.schedule) scenario.swarm = false;
  if (scenario.swarm || scenario.swarm_tuning) {
    base::Random random(seed, "swarm tuning");
    vary_tuning(scenario, random);
  }
  if (scenario.swarm) {
    base::Random random(seed, "swarm faults");
    switch_off(scenario, random);
  }
  scenario.swarm = scenario.swarm_tuning = false;
  return scenario;
}

}  // namespace sim
