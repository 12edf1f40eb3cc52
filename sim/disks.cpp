// What becomes of servers whose disks fail, and who starts them again.
#include <utility>

#include "core/base/check.hpp"
#include "sim/check/configurations.hpp"
#include "sim/world.hpp"

namespace sim {

// As a supervisor's, and then as a person's who has been called.
constexpr std::int64_t kSoonNs = 300'000'000, kLaterNs = 1'500'000'000;

void World::start_server(Server& server) {
  const auto failure = server.start();
  if (const auto& flaw = server.disk().flaw())
    violate({"store_recovered", "server " + std::to_string(server.place() + 1) + ": " + *flaw});
  if (failure) return not_started(server, *failure);
  repairs_.erase(server.place());
  if (ran_.insert(server.id()).second) return observe(server);
  if (!scenario_.checks.raft_invariants || violation_) return;
  rules_.started(server.node().raft());
  if (const auto found = invariants_.restarted(server.id(), server.node()))
    violate({"raft_invariants", found->check + ": " + found->what});
}

void World::not_started(Server& server, const store::Failure& failure) {
  tell("server " + std::to_string(server.place() + 1) + " doesn't start: " + failure.message);
  if (failure.fault == store::Fault::disk) {
    count(coverage_, "starts_failed");
    if (failure.message.find("restart the machine") != std::string::npos) count(coverage_, "mark_refused");
    return start_later(server.place());
  }
  // A safe stop: this disk is never read again.
  count(coverage_, "rot_refused");
  out_.insert(server.id());
  if (scenario_.disk.recoverable) replace_disk(server);
}

// The operator gives the machine another disk; who lived there comes back under another number.
void World::replace_disk(Server& server) {
  const auto id = server.id();
  lost_disks_[id] = server.disk().kept();
  server.move_out();
  if (!membership_.find(id)) return;
  count(coverage_, "disks_replaced");
  wiped_[server.place()] = id;
  order({.kind = Order::Kind::rejoin, .target = server.place()});
}

void World::disk_failed(Server& server, const store::Failure& failure) {
  tell("server " + std::to_string(server.place() + 1) + " stops: " + failure.message);
  count(coverage_, "disk_failures");
  if (failure.message.starts_with("disk full")) count(coverage_, "disks_full");
  end_server(server, server.disk().has_power() ? Disk::End::failed : Disk::End::power_lost);
  start_later(server.place());
}

void World::start_later(Place place) {
  auto& repair = repairs_[place];
  if (std::exchange(repair.pending, true)) return;
  const auto within = ++repair.attempts == 1 ? kSoonNs : kLaterNs;
  const auto after = Duration(repairs_drawn_.between(within / 3, within));
  queue_.push(queue_.now() + after, {.kind = EventKind::start_again, .detail = place});
}

// First it is simply started again; then the machine is; then the mark is taken away, since it has been.
void World::start_again(Place place) {
  auto& server = *servers_[place];
  const auto repair = repairs_.find(place);
  if (repair == repairs_.end()) return;
  repair->second.pending = false;
  if (server.is_up() || !server.id() || out_.contains(server.id())) return (void)repairs_.erase(repair);
  const auto attempts = repair->second.attempts;
  if (attempts > 1 || !server.disk().has_power()) {
    count(coverage_, "power_cycles");
    server.disk().power_cycle();
  }
  if (attempts > 2) server.disk().remove_mark();
  restart(place);
}

// Whether the cluster outlives that this disk can't be read any more.
bool World::may_rot(Place place) const {
  if (!scenario_.disk.recoverable) return true;
  if (check::is_joint(membership_)) return false;
  std::size_t voters = 0, bad = 0;
  bool votes = false;
  for (const auto& member : membership_.members) {
    if (member.suffrage != raft::Suffrage::voter) continue;
    const auto at = place_at(member.address);
    ++voters;
    votes |= at == place && servers_[at]->id() == member.id;
    if (at == place || wiped_.contains(at) || servers_[at]->disk().is_rotten()) ++bad;
  }
  return votes && bad <= (voters - 1) / 2;
}

bool World::rot(Place place) {
  if (!servers_[place]->id() || !may_rot(place)) return false;
  servers_[place]->disk().rot();
  return true;
}

// Whether a majority is left whose disks can be read: where there is none, to stop is right.
bool World::can_decide() const {
  return check::has_quorum(membership_, [&](host::NodeId id) {
    const auto lives = [&](const auto& server) { return server->id() == id; };
    return !out_.contains(id) && std::any_of(servers_.begin(), servers_.end(), lives);
  });
}

}  // namespace sim
