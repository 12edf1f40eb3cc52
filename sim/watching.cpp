// What the world keeps of its servers' abstract states, and of what faults meet.
#include <algorithm>
#include <cstdlib>
#include <utility>

#include "core/base/overload.hpp"
#include "sim/world.hpp"

namespace sim {

using base::Overload;

namespace {

std::uint32_t phases_leading(const raft::Leader& leader) {
  std::uint32_t phases = 0;
  if (leader.transfer) phases |= phase::transferring;
  if (!leader.reads.empty()) phases |= phase::reading;
  const auto installs = [](const auto& peer) {
    return std::holds_alternative<raft::Installing>(peer.second.stage);
  };
  if (std::any_of(leader.peers.begin(), leader.peers.end(), installs)) phases |= phase::sending;
  return phases;
}

Part part_of(const raft::Raft& raft) {
  return std::visit(Overload{[&](const raft::Follower&) {
                               const auto* self = raft.configuration().find(raft.self());
                               const bool learns = self && self->suffrage == raft::Suffrage::learner;
                               return learns ? Part::learner : Part::follower;
                             },
                             [](const raft::PreCandidate&) { return Part::pre_candidate; },
                             [](const raft::Candidate&) { return Part::candidate; },
                             [](const raft::Leader&) { return Part::leader; }},
                    raft.role());
}

}  // namespace

std::uint32_t World::phases_of(const Server& server) const {
  const auto& raft = server.node().raft();
  std::uint32_t phases = 0;
  if (const auto* leader = std::get_if<raft::Leader>(&raft.role())) {
    phases |= phases_leading(*leader);
    if (!raft.commit_is_current()) phases |= phase::unproven;
  }
  if (const auto* follower = std::get_if<raft::Follower>(&raft.role())) {
    if (follower->receiving) phases |= phase::installing;
    if (!follower->reads.empty()) phases |= phase::reading;
  }
  if (raft.configuration().is_joint()) phases |= phase::joint;
  if (raft.log().last_index() < committed_) phases |= phase::behind;
  if (raft.commit() < watched_.committed_at_start[server.place()]) phases |= phase::recovering;
  return phases;
}

// Which faults touch each server. A server that starts or ends has another epoch; what else may change does
// so in the world's own events, after which all is looked at `anew`.
void World::follow_touches(bool anew) {
  auto changes = network_.changes();
  for (const auto& server : servers_) changes += server->epoch();
  if (!anew && changes == watched_.seen) return;
  watched_.seen = changes;
  std::uint32_t down = 0;
  std::uint32_t paused = 0;
  std::uint32_t settled = 0;
  for (const auto& server : servers_) {
    if (!server->id()) continue;
    ++settled;
    down += server->is_up() ? 0 : 1;
    paused += paused_[server->place()] > 0 ? 1 : 0;
  }
  for (const auto& server : servers_) {
    const auto place = server->place();
    std::uint32_t apart = 0;
    bool lossy = false;
    for (const auto& other : servers_) {
      const bool cut = network_.is_cut(place, other->place()) || network_.is_cut(other->place(), place);
      if (other != server && other->id() && cut) ++apart;
      const auto& link = network_.link(place, other->place());
      lossy |= link.loss > 0 || link.dup > 0 || link.reorder > 0 || link.corrupt > 0;
    }
    std::uint32_t touches = lossy ? touch::lossy_network : 0u;
    if (apart > 0) touches |= apart + 1u >= settled ? touch::cut_off : touch::cut_off_partly;
    if (paused_[place] > 0) touches |= touch::paused;
    if (down > (server->is_up() ? 0u : 1u)) touches |= touch::others_down;
    if (paused > (paused_[place] > 0 ? 1u : 0u)) touches |= touch::others_paused;
    const auto drift = std::abs(server->clock().drift_ppm());
    if (drift > 0)
      touches |= drift <= scenario_.tuning.clock_drift_ppm ? touch::clock_within : touch::clock_beyond;
    const auto& troubles = disk_troubles(place);
    if (troubles.slow > 0) touches |= touch::disk_slow;
    if (troubles.fail_reads + troubles.fail_writes + troubles.fail_syncs + troubles.full > 0)
      touches |= touch::disk_failing;
    if (overloads_ > 0) touches |= touch::overload;
    watched_.touches[place] = touches;
  }
}

void World::note_state(const Server& server) {
  if (!server.id()) return;
  follow_touches(false);
  const auto place = server.place();
  const bool up = server.is_up();
  if (std::exchange(watched_.epochs[place], server.epoch()) != server.epoch())
    watched_.committed_at_start[place] = committed_;
  const auto state = pack(up ? part_of(server.node().raft()) : Part::down, up ? phases_of(server) : 0,
                          watched_.touches[place]);
  if (state == watched_.last[place]) return;
  watched_.last[place] = state;
  watched_.states.add(state);
  std::uint32_t met = 0;
  for (const auto last : watched_.last) {
    const auto part = sim::part_of(last);
    const auto phases = sim::phases_of(last);
    const bool stands = part == Part::pre_candidate || part == Part::candidate;
    if (stands || (phases & phase::unproven) != 0) met |= meeting::election;
    if ((phases & phase::joint) != 0) met |= meeting::joint;
    if ((phases & (phase::sending | phase::installing)) != 0) met |= meeting::snapshot;
    if ((phases & phase::transferring) != 0) met |= meeting::transfer;
  }
  watched_.met = met;
}

// After something that the world has done.
void World::note_all() {
  follow_touches(true);
  for (const auto& server : servers_) note_state(*server);
}

std::uint32_t World::met() const {
  return watched_.met | (history_.open() > 0 ? meeting::operations : 0u) |
         (faults_.any_in_force() ? meeting::fault : 0u);
}

}  // namespace sim
