#include "tests/core/node/servers.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "core/raft/invariants.hpp"

namespace node_test {
namespace {

node::Config config_of(std::uint64_t self, const node::SnapshotPolicy& snapshots) {
  node::Config config;
  config.raft.self = base::NodeId(self);
  config.raft.seed = self;
  config.cluster = base::ClusterId(77);
  config.snapshots = snapshots;
  return config;
}

node::Recovered empty_disk(std::uint64_t count) {
  std::vector<std::string> addresses;
  for (std::uint64_t id = 1; id <= count; ++id) addresses.push_back("host" + std::to_string(id) + ":1");
  raft::Recovered recovered;
  recovered.snapshot.configuration = raft::bootstrap(count, addresses);
  return {recovered, lock::Machine()};
}

}  // namespace

Servers::Servers(std::uint64_t count, node::SnapshotPolicy snapshots) : snapshots_(snapshots) {
  for (std::uint64_t id = 1; id <= count; ++id) add(id, empty_disk(count));
}

void Servers::add(std::uint64_t id, node::Recovered found) {
  const auto now = servers_.empty() ? base::Instant() : servers_.begin()->second.now;
  servers_.emplace(base::NodeId(id), Server{.node = Node(config_of(id, snapshots_), std::move(found), now),
                                            .now = now,
                                            .wake_at = now,
                                            .inputs = {},
                                            .responses = {},
                                            .notes = {},
                                            .staged = {},
                                            .snapshots = {}});
}

Ticket Servers::submit(std::uint64_t id, lock::Request request, lock::Consistency consistency) {
  last_ticket_ = last_ticket_.next();
  at(id).inputs.push_back(node::Submitted{last_ticket_, std::move(request), consistency});
  return last_ticket_;
}

void Servers::step(std::uint64_t id) {
  auto& server = at(id);
  const auto inputs = std::exchange(server.inputs, {});
  auto effects = server.node.step(server.now, inputs);
  raft::check(server.node.raft());
  server.wake_at = effects.wake_at;
  if (effects.write) {
    ++server.writes;
    server.inputs.push_back(node::Durable{effects.write->id});
    for (const auto& part : effects.write->parts) {
      if (part.number == 0) server.staged.clear();
      server.staged += part.bytes.view();
      if (part.completes) server.snapshots[part.completes->at.index] = server.staged;
    }
  }
  // Whoever is named for the first time comes up, with an empty disk.
  if (effects.members) {
    for (const auto& member : effects.members->members) {
      if (!servers_.contains(member.id)) add(member.id.value, {raft::Recovered(), lock::Machine()});
    }
  }
  server.sends += effects.sends.size();
  for (auto& send : effects.sends) {
    if (isolated_.contains(base::NodeId(id)) || isolated_.contains(send.to)) continue;
    servers_.at(send.to).inputs.push_back(node::Received{base::NodeId(id), std::move(send.message)});
  }
  for (auto& response : effects.responses) server.responses.push_back(std::move(response));
  for (auto& note : effects.notes) server.notes.push_back(std::move(note));
}

void Servers::settle() {
  for (int turns = 0;; ++turns) {
    CHECK(turns < 10'000);
    bool idle = true;
    for (auto& [id, server] : servers_) {
      if (server.inputs.empty()) continue;
      idle = false;
      step(id.value);
    }
    if (idle) return;
  }
}

void Servers::run(base::Duration time) {
  settle();
  const auto end = at(1).now + time;
  while (at(1).now < end) {
    auto next = end;
    for (const auto& [id, server] : servers_)
      next = std::min(next, std::max(server.wake_at, server.now + 1ms));
    for (auto& [id, server] : servers_) {
      server.now = next;
      if (server.now >= server.wake_at) server.inputs.push_back(node::TimerFired{});
    }
    settle();
  }
}

void Servers::elect(std::uint64_t id) {
  for (auto& [each, server] : servers_) server.now = server.now + 700ms;
  for (int tries = 0; tries < 3 && !at(id).node.raft().is_leader(); ++tries) {
    at(id).now = std::max(at(id).now, at(id).node.raft().deadline());
    at(id).inputs.push_back(node::TimerFired{});
    settle();
  }
  CHECK(at(id).node.raft().is_leader());
}

std::vector<lock::Reply> Servers::replies(std::uint64_t id, Ticket ticket) {
  std::vector<lock::Reply> found;
  for (const auto& response : at(id).responses) {
    if (response.ticket == ticket) found.push_back(response.reply);
  }
  return found;
}

lock::Reply Servers::ask(std::uint64_t id, lock::Request request, lock::Consistency consistency) {
  const auto ticket = submit(id, std::move(request), consistency);
  settle();
  const auto found = replies(id, ticket);
  CHECK(found.size() == 1);
  return found[0];
}

lock::SessionId Servers::open(std::uint64_t id, lock::Millis ttl) {
  return std::get<lock::SessionOpened>(ask(id, lock::Command(lock::OpenSession{ttl, "test"}))).session;
}

namespace {

lock::Request sequenced(lock::SessionId session, std::uint64_t sequence, lock::Operation operation) {
  return lock::Command(
      lock::Sequenced{session, lock::Sequence(sequence), lock::Sequence(0), std::move(operation)});
}

}  // namespace

lock::Request acquire(lock::SessionId session, std::uint64_t sequence, std::string name) {
  return sequenced(session, sequence, lock::Acquire{{{std::move(name)}}, true, std::nullopt, ""});
}

lock::Request release(lock::SessionId session, std::uint64_t sequence, std::string name, lock::Token token) {
  return sequenced(session, sequence, lock::Release{std::move(name), token});
}

lock::Request set_status(lock::SessionId session, std::uint64_t sequence, std::string name,
                         std::string state) {
  lock::SetStatus set;
  set.name = std::move(name);
  set.state = std::move(state);
  return sequenced(session, sequence, std::move(set));
}

}  // namespace node_test
