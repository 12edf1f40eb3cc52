// A majority is gone for good: what a person does with `lockd recover`.
#include "core/node/recovery.hpp"

#include <algorithm>
#include <utility>

#include "core/base/overload.hpp"
#include "sim/world.hpp"

namespace sim {

namespace {

// Of two logs that of the higher last term is the newer one, then the longer (Raft §5.4.1).
bool is_newer(const raft::Recovered& a, const raft::Recovered& b) {
  const auto end = [](const raft::Recovered& log) {
    return log.entries.empty() ? log.snapshot.at : log.entries.back().at;
  };
  const auto mine = end(a), other = end(b);
  return mine.term != other.term ? mine.term > other.term : mine.index > other.index;
}

}  // namespace

Server* World::newest_readable() {
  Server* newest = nullptr;
  for (const auto& server : servers_) {
    if (!server->id() || out_.contains(server->id()) || !membership_.find(server->id())) continue;
    if (buried_.contains(server->place())) continue;
    if (!newest || is_newer(server->disk().kept(), newest->disk().kept())) newest = server.get();
  }
  return newest;
}

// What `lockd recover --yes --grant-after` does, for the longest lease that anybody here asks for.
bool World::refound(Server& server) {
  if (server.is_up()) end_server(server, Disk::End::killed);
  auto found = server.disk().recover(server.epoch());
  if (const auto& flaw = server.disk().flaw()) violate({"store_recovered", *flaw});
  if (!std::holds_alternative<raft::Recovered>(found)) return false;
  const auto remains =
      node::look_at(server.id(), address_of(server.place()), std::get<raft::Recovered>(std::move(found)));
  if (!remains.ok()) return violate({"core_check", "lockd recover: " + remains.error()}), false;
  invariants_.refounded(server.disk().kept());
  rules_.refounded();
  lines_seen_ = raft::Index(0);
  lock::Millis longest(0);
  for (const auto& workload : scenario_.workload) longest = std::max(longest, workload.ttl);
  const base::ClusterId cluster(server.config().cluster.value + 1);
  const auto failure =
      server.disk().refound(cluster, node::refounding(remains.value(), longest, "recovered"));
  server.disk().end(Disk::End::killed);
  if (failure) return false;
  committed_ = remains->last.index;
  membership_ = remains->members;
  return true;
}

// The survivor goes on alone; the others come back with empty disks, by the operator's orders.
bool World::recover() {
  auto* survivor = can_decide() ? nullptr : newest_readable();
  if (!survivor) return false;
  if (!refound(*survivor)) return start_later(survivor->place()), false;
  tell("server " + std::to_string(survivor->place() + 1) + " goes on alone, as another cluster");
  count(coverage_, "recoveries");
  if (!recovered_) recovered_ = queue_.now();
  store_.stop_believing_records();
  const base::ClusterId cluster(survivor->config().cluster.value + 1);
  for (const auto& server : servers_) {
    server->belong_to(cluster);
    if (server.get() == survivor || !server->id()) continue;
    if (server->is_up()) end_server(*server, Disk::End::power_lost);
    server->move_out();
  }
  residents_ = {survivor->id()};
  ran_.clear();
  out_.clear();
  wiped_.clear();
  lost_disks_.clear();
  repairs_.clear();
  orders_.clear();
  // To add a server, each of them.
  for (std::uint32_t more = 1; more < scenario_.servers; ++more) order(Order{});
  start_server(*survivor);
  return true;
}

}  // namespace sim
