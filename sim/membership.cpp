// Who belongs to the cluster, and on which machine each server lives.
#include <algorithm>
#include <utility>

#include "sim/check/configurations.hpp"
#include "sim/world.hpp"

namespace sim {

// Whoever calls something committed first is believed; others say the same (check::RaftInvariants).
void World::follow_commit(const Server& server) {
  const auto& raft = server.node().raft();
  const auto& log = raft.log();
  bool skipped = false;
  while (committed_ < raft.commit()) {
    committed_ = committed_.next();
    const auto term = log.term_at(committed_);
    if (!term || committed_ < log.first_index()) {  // it has been compacted at once
      skipped = true;
      continue;
    }
    if (scenario_.checks.raft_invariants && !violation_) look_at_disks(server, {committed_, *term});
    const auto* configuration = std::get_if<raft::Configuration>(&log.at(committed_).payload);
    if (configuration) follow_membership(server, *configuration);
  }
  const auto newest = skipped ? log.meta_at(committed_).configuration : membership_;
  if (newest != membership_) follow_membership(server, newest);
}

void World::follow_membership(const Server& server, const raft::Configuration& now) {
  if (trace_.on()) tell("committed: the members are [" + check::describe(now) + "]");
  const auto before = std::exchange(membership_, now);
  if (check::is_joint(now)) count(coverage_, "joint_commits");
  for (const auto& member : now.members) {
    const auto* former = before.find(member.id);
    const auto place = place_at(member.address);
    if (!former) {
      count(coverage_, "members_added");
      happened(server.place(), {"member_added", place, {}, "", "", ""});
    } else if (former->suffrage == raft::Suffrage::learner && member.suffrage == raft::Suffrage::voter) {
      count(coverage_, "learners_promoted");
      happened(server.place(), {"promoted", place, {}, "", "", ""});
    } else if (former->priority != member.priority) {
      count(coverage_, "priorities_changed");
    }
  }
  for (const auto& member : before.members) {
    if (now.find(member.id)) continue;
    const auto place = place_at(member.address);
    count(coverage_, "members_removed");
    happened(server.place(), {"member_removed", place, {}, "", "", ""});
    if (server.id() == member.id) count(coverage_, "removed_leaders");
    wiped_.erase(place);
    // Stays for a while, as somebody who has not heard of it.
    queue_.push(queue_.now() + Duration(random_.between(200'000'000, 5'000'000'000)),
                {.kind = EventKind::retire, .detail = place, .id = member.id.value});
  }
}

void World::retire(Place place, host::NodeId id) {
  auto& server = *servers_[place];
  if (server.id() != id || membership_.find(id)) return;
  // Every other one goes on until it has found out by itself.
  if (id.value % 2 == 0 && may_learn_that_it_left(server))
    return queue_.push(queue_.now() + std::chrono::seconds(1),
                       {.kind = EventKind::retire, .detail = place, .id = id.value});
  tell("server " + std::to_string(place + 1) + " is no member any more, and stops");
  count(coverage_, "servers_retired");
  crash(place);
  out_.erase(id);
  server.move_out();
}

std::vector<Place> World::places_of(bool learners) const {
  std::vector<Place> places;
  for (const auto& member : membership_.members) {
    const auto place = place_at(member.address);
    const bool learns = member.suffrage == raft::Suffrage::learner;
    if (learns == learners && servers_[place]->id() == member.id) places.push_back(place);
  }
  std::sort(places.begin(), places.end());
  return places;
}

std::vector<Place> World::inhabited() const {
  std::vector<Place> places;
  for (const auto& server : servers_) {
    if (server->id()) places.push_back(server->place());
  }
  return places;
}

std::vector<Place> World::vacant() const {
  std::vector<Place> places;
  for (const auto& server : servers_) {
    if (!server->id() && !was_wiped(server->place())) places.push_back(server->place());
  }
  return places;
}

host::NodeId World::resident(Place place) const {
  const auto wiped = wiped_.find(place);
  return wiped == wiped_.end() ? servers_[place]->id() : wiped->second;
}

void World::move_in(Place place, host::NodeId id, std::uint64_t) {
  auto& server = *servers_[place];
  if (server.id()) return;
  tell("server " + std::to_string(place + 1) + " joins as number " + std::to_string(id.value));
  if (!residents_.insert(id).second)
    return violate({"raft_invariants", "id_reused: a server joins under the number " +
                                           std::to_string(id.value) + ", which another has had"});
  server.move_in(id, {});
  snapshots_seen_[place] = raft::Index(0);
  buried_.erase(place);
  start_server(server);
}

// One at a time, of a cluster that is whole: more than its minority lost for ever no cluster outlives.
bool World::wipe(Place place) {
  auto& server = *servers_[place];
  const auto id = server.id();
  const bool rotten = std::any_of(servers_.begin(), servers_.end(),
                                  [](const auto& other) { return other->disk().is_rotten(); });
  const bool bearable = wiped_.empty() && !rotten && !check::is_joint(membership_) && voters().size() >= 3;
  if (!bearable || !membership_.find(id)) return false;
  count(coverage_, "wipes");
  crash(place);
  lost_disks_[id] = server.disk().kept();
  wiped_[place] = id;
  server.move_out();
  return true;
}

void World::order(Order order) {
  // An operator who can't keep up forgets.
  constexpr std::size_t kRemembered = 4;
  if (order.kind == Order::Kind::rejoin) {
    orders_.push_front(order);
  } else if (orders_.size() < kRemembered) {
    orders_.push_back(order);
  }
}

}  // namespace sim
