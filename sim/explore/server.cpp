#include "sim/explore/server.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "core/base/check.hpp"
#include "core/wire/codec.hpp"

namespace explore {

namespace {

// Rounds are so short, and patience so long, that only what is meant to run out does.
constexpr raft::Duration kRound{1};
constexpr raft::Duration kPatience = std::chrono::hours(1);

raft::Config config_of(const Bounds& bounds, raft::NodeId self) {
  raft::Config config;
  config.self = self;
  config.tuning.heartbeat = kRound;
  config.tuning.election_min = config.tuning.election_max = kPatience;
  config.tuning.append_entries_max = bounds.batch;
  return config;
}

// A snapshot is one piece here: what was applied.
class Frozen final : public raft::Image {
 public:
  explicit Frozen(const Machine& machine) {
    std::string text;
    base::Encoder out(text);
    out.text(machine.terms);
    raft::SnapshotMeta meta;
    meta.configuration = machine.configuration;
    out.text(wire::encode(meta));
    bytes_ = base::Bytes(std::move(text));
  }
  raft::Piece piece(const std::string&) const override { return {bytes_, {}}; }

 private:
  base::Bytes bytes_;
};

Machine thawed(const base::Bytes& bytes) {
  base::Decoder in(bytes.view());
  Machine machine;
  machine.terms = std::string(in.text());
  const auto meta = wire::decode_snapshot_meta(in.text());
  CHECK(in.ok() && meta.ok());
  machine.configuration = meta.value().configuration;
  return machine;
}

// What stands for the log must be what the log came to.
void check_stands_for(const raft::SnapshotMeta& meta, const Machine& machine) {
  CHECK(machine.terms.size() == meta.at.index.value);
  CHECK(meta.at.term.value == static_cast<unsigned char>(machine.terms.back()));
  CHECK(meta.configuration == machine.configuration);
}

Machine machine_on(const raft::Recovered& disk) {
  if (!disk.snapshot.at.index) return {{}, disk.snapshot.configuration};
  CHECK(disk.pieces.size() == 1);
  Machine machine = thawed(disk.pieces.front());
  check_stands_for(disk.snapshot, machine);
  return machine;
}

void apply(Server& server) {
  auto& [terms, configuration] = server.machine;
  while (terms.size() < server.raft.commit().value) {
    const auto& entry = server.raft.log().at(raft::Index(terms.size() + 1));
    terms.push_back(static_cast<char>(entry.at.term.value));
    if (const auto* its = std::get_if<raft::Configuration>(&entry.payload)) configuration = *its;
  }
}

void keep_log(std::vector<raft::Entry>& log, const raft::Write& write, raft::Index snapshot) {
  if (write.truncate_from)
    std::erase_if(log, [&](const raft::Entry& entry) { return entry.at.index >= *write.truncate_from; });
  if (write.compact_to)
    std::erase_if(log, [&](const raft::Entry& entry) { return entry.at.index <= *write.compact_to; });
  for (const auto& entry : write.entries) {
    CHECK(entry.at.index == (log.empty() ? snapshot : log.back().at.index).next());
    log.push_back(entry);
  }
}

void keep(raft::Recovered& disk, const raft::Write& write) {
  for (const auto& part : write.parts) {
    CHECK(part.number == 0 && part.completes);
    disk.snapshot = *part.completes;
    disk.pieces = {part.bytes};
  }
  keep_log(disk.entries, write, disk.snapshot.at.index);
  if (write.hard_state) disk.hard_state = *write.hard_state;
}

bool travels(const Bounds& bounds, const raft::Message& message) {
  if (const auto* heartbeat = std::get_if<raft::Heartbeat>(&message))
    return heartbeat->round.value <= bounds.rounds;
  if (const auto* now = std::get_if<raft::TimeoutNow>(&message)) return now->term.value < bounds.terms;
  return bounds.pre_vote || !std::holds_alternative<raft::PreVote>(message);
}

std::size_t place_of(const std::vector<raft::ReadId>& reads, raft::ReadId id) {
  const auto at = std::find(reads.begin(), reads.end(), id);
  CHECK(at != reads.end());
  return static_cast<std::size_t>(at - reads.begin());
}

// As core/node does: what is committed is applied, and what lags is offered a snapshot, before the flush.
void flush(Server& server, const Bounds& bounds, Effects& effects) {
  apply(server);
  if (server.raft.wants_snapshot()) {
    const raft::Index applied(server.machine.terms.size());
    server.raft.offer_snapshot(server.now, applied, std::make_shared<const Frozen>(server.machine));
  }
  raft::Output out = server.raft.flush(server.now);
  if (out.write) server.pending.push_back(std::move(*out.write));
  for (auto& send : out.sends) {
    if (travels(bounds, send.message)) effects.sends.push_back(std::move(send));
  }
  for (const auto& ready : out.reads_ready)
    effects.served.push_back({place_of(server.reads, ready.id), ready.index});
  if (!out.reads_failed.empty()) effects.reads_failed = true;
}

void finish_one(Server& server, const Bounds& bounds, Effects& effects) {
  CHECK(!server.pending.empty());
  const auto id = server.pending.front().id;
  if (!bounds.lying_disk) keep(server.disk, server.pending.front());
  server.pending.erase(server.pending.begin());
  server.raft.durable(server.now, id);
  flush(server, bounds, effects);
}

void forget_answered(Server& server, const Effects& effects) {
  if (effects.reads_failed) return server.reads.clear();
  std::vector<raft::ReadId> open;
  for (std::size_t i = 0; i < server.reads.size(); ++i) {
    const bool served = std::any_of(effects.served.begin(), effects.served.end(),
                                    [&](const auto& one) { return one.place == i; });
    if (!served) open.push_back(server.reads[i]);
  }
  server.reads = std::move(open);
}

Effects settle(Server& server, const Bounds& bounds) {
  Effects effects;
  flush(server, bounds, effects);
  while (bounds.instant_disk && !server.pending.empty()) finish_one(server, bounds, effects);
  forget_answered(server, effects);
  return effects;
}

}  // namespace

Server fresh_server(const Bounds& bounds, raft::NodeId self) {
  const unsigned voters = bounds.voters != 0 ? bounds.voters : bounds.servers;
  raft::Recovered disk;
  if (self.value <= voters) disk.snapshot.configuration = raft::bootstrap(voters);
  if (!bounds.start.empty()) {
    const Start& start = bounds.start.at(self.value - 1);
    disk.hard_state.term = raft::Term(start.term);
    if (start.vote != 0) disk.hard_state.vote = raft::NodeId(start.vote);
    for (const auto term : start.terms) {
      const raft::Position at{raft::Index(disk.entries.size() + 1), raft::Term(term)};
      disk.entries.push_back({at, {}, raft::Noop{}});
      if (at.index == raft::Index(1)) disk.entries.back().payload = disk.snapshot.configuration;
    }
  }
  return {raft::Raft(config_of(bounds, self), disk, {}), disk, {}, {}, {}, machine_on(disk)};
}

Effects deliver(Server& server, const Bounds& bounds, raft::NodeId from, const raft::Message& message) {
  if (!server.raft.is_leader()) server.now = server.now + kPatience;
  server.raft.receive(server.now, from, message);
  if (const auto piece = server.raft.take_piece()) {
    CHECK(piece->last);
    server.raft.install_snapshot();
    server.machine = thawed(piece->bytes);
    check_stands_for(*piece->last, server.machine);
  }
  return settle(server, bounds);
}

Effects fire_election_timer(Server& server, const Bounds& bounds) {
  server.now = std::max(server.now, server.raft.deadline());
  server.raft.tick(server.now);
  if (!bounds.pre_vote) {
    // Safety may not rest on pre-votes: their grants are supposed.
    const raft::PreVoteGranted granted{server.raft.term().next()};
    const raft::Configuration asked = server.raft.configuration();
    for (const auto& peer : asked.members) {
      if (std::holds_alternative<raft::PreCandidate>(server.raft.role()) && asked.is_voter(peer.id))
        server.raft.receive(server.now, peer.id, granted);
    }
  }
  return settle(server, bounds);
}

Effects start_round(Server& server, const Bounds& bounds) {
  server.now = std::max(server.now, server.raft.deadline());
  server.raft.tick(server.now);
  return settle(server, bounds);
}

Effects cut_off(Server& server, const Bounds& bounds) {
  server.now = server.now + kPatience;
  server.raft.tick(server.now);
  return settle(server, bounds);
}

Effects propose(Server& server, const Bounds& bounds, unsigned number) {
  server.raft.propose(server.now, raft::Command{base::Bytes("c" + std::to_string(number))});
  return settle(server, bounds);
}

Effects ask_read(Server& server, const Bounds& bounds) {
  server.reads.push_back(server.raft.read(server.now));
  return settle(server, bounds);
}

Effects change(Server& server, const Bounds& bounds, unsigned what) {
  raft::Change change;
  if (what == kAddOne) {
    change.add.emplace_back().promote = true;
  } else {
    change.remove.emplace_back(what);
  }
  if (!server.raft.change(server.now, change).ok()) return {};
  return settle(server, bounds);
}

Effects transfer(Server& server, const Bounds& bounds, raft::NodeId to) {
  if (!server.raft.transfer(server.now, to).ok()) return {};
  return settle(server, bounds);
}

bool can_compact(const Server& server) {
  const bool waits = std::any_of(server.pending.begin(), server.pending.end(),
                                 [](const raft::Write& write) { return !write.parts.empty(); });
  return !waits && !server.raft.receives_snapshot() &&
         server.raft.commit() > server.raft.log().snapshot().at.index;
}

Effects compact(Server& server, const Bounds& bounds, unsigned kept) {
  CHECK(can_compact(server) && kept <= server.raft.commit().value);
  const raft::Index at = server.raft.commit();
  const auto piece = Frozen(server.machine).piece({});
  server.raft.save_last_piece(0, piece.bytes, at, raft::Index(at.value + 1 - kept));
  check_stands_for(server.raft.log().snapshot(), server.machine);
  return settle(server, bounds);
}

Effects finish_write(Server& server, const Bounds& bounds) {
  Effects effects;
  finish_one(server, bounds, effects);
  forget_answered(server, effects);
  return effects;
}

void crash(Server& server, const Bounds& bounds, std::size_t kept) {
  CHECK(kept <= server.pending.size());
  for (std::size_t i = 0; i < kept; ++i) keep(server.disk, server.pending[i]);
  server.pending.clear();
  server.reads.clear();
  server.machine = machine_on(server.disk);
  server.raft = raft::Raft(config_of(bounds, server.raft.self()), server.disk, server.now);
}

}  // namespace explore
