#include "tests/core/raft/cluster.hpp"

#include <algorithm>
#include <memory>
#include <string>

#include "core/base/check.hpp"

namespace raft_test {

raft::Config config_of(std::uint64_t self, std::uint64_t, std::uint64_t seed) {
  raft::Config config;
  config.self = NodeId(self);
  config.tuning.inflight_messages_max = 4;
  config.tuning.append_entries_max = 3;  // so that a catch-up takes several messages
  config.seed = seed * 100 + self;
  return config;
}

raft::Entry entry(std::uint64_t index, std::uint64_t term) {
  const auto text = std::to_string(index) + "." + std::to_string(term);
  return {{Index(index), Term(term)}, base::LogTime{index}, raft::Command{base::Bytes(text)}};
}

raft::Recovered recovered(const std::vector<std::uint64_t>& terms, raft::HardState hard,
                          std::uint64_t voters) {
  raft::Recovered result;
  result.hard_state = hard;
  result.snapshot.configuration = raft::bootstrap(voters);
  for (const auto term : terms) result.entries.push_back(entry(result.entries.size() + 1, term));
  return result;
}

std::vector<base::Bytes> pieces_of(const raft::SnapshotMeta& meta) {
  std::vector<base::Bytes> pieces;
  const auto count = 1 + meta.at.index.value % 4;
  for (std::uint64_t i = 0; i < count; ++i) {
    pieces.emplace_back(std::to_string(meta.at.index.value) + "." + std::to_string(meta.at.term.value) + " " +
                        std::to_string(i) + " of " + std::to_string(count));
  }
  return pieces;
}

namespace {

class TestImage final : public raft::Image {
 public:
  explicit TestImage(const raft::SnapshotMeta& meta) : pieces_(pieces_of(meta)) {}
  raft::Piece piece(const std::string& cursor) const override {
    const auto number = cursor.empty() ? 0 : std::stoul(cursor);
    const bool last = number + 1 == pieces_.size();
    return {pieces_.at(number), last ? std::string() : std::to_string(number + 1)};
  }

 private:
  std::vector<base::Bytes> pieces_;
};

}  // namespace

Cluster::Cluster(std::uint64_t count, std::uint64_t seed) {
  for (std::uint64_t id = 1; id <= count; ++id) add(config_of(id, count, seed), recovered({}, {}, count));
  judge_.begin(count);
}

Cluster::Cluster(const std::vector<std::vector<std::uint64_t>>& logs, std::uint64_t term,
                 const std::function<raft::Config(raft::Config)>& configure) {
  for (std::uint64_t id = 1; id <= logs.size(); ++id) {
    add(configure(config_of(id, logs.size())),
        recovered(logs[id - 1], {Term(term), std::nullopt}, logs.size()));
  }
  judge_.begin(logs.size());
}

Cluster::Cluster(std::vector<std::pair<raft::Config, raft::Recovered>> servers) {
  judge_.begin(servers.size());
  for (auto& [config, found] : servers) add(std::move(config), std::move(found));
}

void Cluster::add(raft::Config config, raft::Recovered found) {
  Server server;
  server.config = std::move(config);
  server.disk = Disk(found);
  server.raft.emplace(server.config, std::move(found), server.now);
  server.vitals = raft::vitals(*server.raft);
  servers_.emplace(server.config.self, std::move(server));
}

void Cluster::step(NodeId id, const Event& input) {
  take(servers_.at(id), think(id, input));
}

raft::Output Cluster::think(NodeId id, const Event& input) {
  auto& server = servers_.at(id);
  CHECK(server.raft);
  input(*server.raft, server.now);
  take_piece(server);
  if (server.raft->wants_snapshot()) {
    const auto applied = server.raft->commit();
    const auto meta = server.raft->log().meta_at(applied);
    server.raft->offer_snapshot(server.now, applied, std::make_shared<const TestImage>(meta));
  }
  auto output = server.raft->flush(server.now);
  meet_members(server.raft->configuration());
  judge_.look(servers_, id);
  server.vitals = raft::vitals(*server.raft);
  return output;
}

void Cluster::take_piece(Server& server) {
  if (!server.raft->receives_snapshot()) server.arriving.clear();
  const auto piece = server.raft->take_piece();
  if (!piece) return;
  if (piece->number == 0) server.arriving.clear();
  CHECK(piece->number == server.arriving.size());
  server.arriving.push_back(piece->bytes);
  if (!piece->last) return;
  const bool arrived_whole = server.arriving == pieces_of(*piece->last);
  CHECK(arrived_whole);
  server.raft->install_snapshot();
}

// Whoever is named for the first time comes up.
void Cluster::meet_members(const raft::Configuration& configuration) {
  for (const auto& member : configuration.members) {
    if (servers_.contains(member.id)) continue;
    auto config = servers_.begin()->second.config;
    config.self = member.id;
    config.seed += 1000 * member.id.value;
    add(std::move(config), {});
    servers_.at(member.id).now = servers_.begin()->second.now;
  }
}

base::Status Cluster::change(std::uint64_t id, const raft::Change& change) {
  base::Status status = base::Done{};
  step(NodeId(id), [&](raft::Raft& raft, Instant now) { status = raft.change(now, change); });
  return status;
}

base::Status Cluster::add_learner(std::uint64_t id, bool promote) {
  raft::Change added;
  added.add.resize(1);
  added.add[0].promote = promote;
  return change(id, added);
}

base::Status Cluster::transfer(std::uint64_t id, std::uint64_t to) {
  base::Status status = base::Done{};
  step(NodeId(id), [&](raft::Raft& raft, Instant now) { status = raft.transfer(now, NodeId(to)); });
  return status;
}

void Cluster::snapshot(std::uint64_t id, std::uint64_t keep) {
  step(NodeId(id), [&](raft::Raft& raft, Instant) {
    const auto at = raft.commit();
    if (raft.receives_snapshot() || at == raft.log().snapshot().at.index) return;
    const auto pieces = pieces_of(raft.log().meta_at(at));
    for (std::size_t i = 0; i + 1 < pieces.size(); ++i) raft.save_piece(i, pieces[i]);
    const Index from(at.value + 1 - std::min(keep, at.value));
    raft.save_last_piece(pieces.size() - 1, pieces.back(), at, from);
  });
}

void Cluster::begin_snapshot(std::uint64_t id) {
  step(NodeId(id), [&](raft::Raft& raft, Instant) {
    if (!raft.receives_snapshot()) raft.save_piece(0, base::Bytes("of a snapshot that is given up"));
  });
}

void Cluster::carry_out(NodeId id, raft::Send send) {
  bag_.push_back({id, send.to, std::move(send.message)});
  judge_.sent(servers_.at(id), bag_.back());
}

void Cluster::take(Server& server, raft::Output output) {
  // Sends first: whoever carries out the write first leaves fewer ways to be wrong.
  for (auto& send : output.sends) carry_out(server.config.self, std::move(send));
  if (output.write) carry_out(server.config.self, std::move(*output.write));
  for (const auto& ready : output.reads_ready) {
    const bool read_sees_all_that_was_committed = ready.index >= server.reads.at(ready.id);
    // A follower may have to wait until it has applied so much.
    CHECK(read_sees_all_that_was_committed);
    CHECK(!server.raft->is_leader() || ready.index <= server.raft->commit());
    server.reads.erase(ready.id);
    server.ready.push_back(ready);
  }
  for (const auto id : output.reads_failed) {
    CHECK(server.reads.erase(id) == 1);
    server.failed.push_back(id);
  }
}

void Cluster::tick(std::uint64_t id) {
  auto& server = servers_.at(NodeId(id));
  server.now = std::max(server.now, server.raft->deadline());
  step(NodeId(id), [](raft::Raft& raft, Instant now) { raft.tick(now); });
}

void Cluster::propose(std::uint64_t id) {
  step(NodeId(id), [&](raft::Raft& raft, Instant now) {
    if (!raft.takes_proposals()) return;
    const auto index = raft.log().last_index().next().value;
    raft.propose(now,
                 raft::Command{base::Bytes(std::to_string(index) + "." + std::to_string(raft.term().value))});
  });
}

raft::ReadId Cluster::read(std::uint64_t id, raft::ReadBy by) {
  raft::ReadId asked;
  step(NodeId(id), [&](raft::Raft& raft, Instant now) {
    asked = raft.read(now, by);
    servers_.at(NodeId(id)).reads[asked] = judge_.committed();
  });
  return asked;
}

void Cluster::pass(Duration time) {
  for (auto& [id, server] : servers_) server.now = server.now + time;
}

void Cluster::deliver(std::size_t place) {
  const auto envelope = bag_.at(place);
  drop(place);
  if (isolated_.contains(envelope.from) || isolated_.contains(envelope.to)) return;
  if (!servers_.contains(envelope.to) || !is_up(envelope.to)) return;
  step(envelope.to,
       [&](raft::Raft& raft, Instant now) { raft.receive(now, envelope.from, envelope.message); });
}

void Cluster::inject(std::uint64_t from, std::uint64_t to, raft::Message message) {
  step(NodeId(to), [&](raft::Raft& raft, Instant now) { raft.receive(now, NodeId(from), message); });
}

void Cluster::complete(NodeId id, std::size_t writes) {
  auto& server = servers_.at(id);
  CHECK(writes > 0 && writes <= server.pending.size());
  raft::WriteId last;
  for (; writes > 0; --writes) {
    server.disk.carry_out(server.pending.front());
    last = server.pending.front().id;
    server.pending.pop_front();
  }
  judge_.look_at_disks(servers_);
  step(id, [&](raft::Raft& raft, Instant now) { raft.durable(now, last); });
}

void Cluster::crash(NodeId id, std::size_t kept) {
  auto& server = servers_.at(id);
  CHECK(server.raft && kept <= server.pending.size());
  for (std::size_t i = 0; i < kept; ++i) server.disk.carry_out(server.pending[i]);
  server.pending.clear();
  server.reads.clear();
  server.arriving.clear();
  server.raft.reset();
  judge_.look_at_disks(servers_);
}

void Cluster::restart(NodeId id) {
  auto& server = servers_.at(id);
  CHECK(!server.raft);
  server.disk.staged.clear();
  server.config.seed += 1'000'000;
  server.raft.emplace(server.config, server.disk.recover(), server.now);
  server.vitals = raft::vitals(*server.raft);
  judge_.look(servers_, id);
}

void Cluster::communicate() {
  for (int steps = 0;; ++steps) {
    CHECK(steps < 100'000);
    const auto busy = std::find_if(servers_.begin(), servers_.end(), [](const auto& each) {
      return each.second.raft && !each.second.pending.empty();
    });
    if (busy != servers_.end()) {
      complete(busy->first, busy->second.pending.size());
    } else if (!bag_.empty()) {
      deliver(0);
    } else {
      return;
    }
  }
}

void Cluster::run(Duration time) {
  constexpr Duration kSlice = 5ms;
  for (Duration passed{0}; passed < time; passed += kSlice) {
    pass(kSlice);
    for (auto& [id, server] : servers_) {
      if (server.raft && server.now >= server.raft->deadline()) tick(id.value);
    }
    communicate();
  }
}

void Cluster::elect(std::uint64_t id) {
  pass(servers_.at(NodeId(id)).config.tuning.election_max);
  tick(id);
  communicate();
}

std::optional<NodeId> Cluster::leader() const {
  std::optional<NodeId> found;
  for (const auto& [id, server] : servers_) {
    if (!server.raft || !server.raft->is_leader()) continue;
    if (!found || server.raft->term() > servers_.at(*found).raft->term()) found = id;
  }
  return found;
}

}  // namespace raft_test
