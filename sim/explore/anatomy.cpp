#include "sim/explore/anatomy.hpp"

#include <algorithm>
#include <map>

#include "core/base/check.hpp"
#include "core/base/overload.hpp"
#include "core/wire/codec.hpp"

namespace raft {

// A friend of Raft and Log.
struct Anatomy {
  base::Encoder& out;
  const explore::Rename& rename;
  bool renames;
  const std::vector<ReadId>& reads;
  bool any_duplicates;
  WriteId durable{};

  void id(std::uint64_t value) { out.varint(value); }
  void write_id(WriteId write) { out.varint(write > durable ? write.value - durable.value : 0); }

  void hard_state(const HardState& state) {
    const auto& [term, vote] = state;
    id(term.value);
    id(rename(vote));
  }
  void entries(const std::vector<Entry>& list) {
    id(list.size());
    for (const auto& one : list) entry(one);
  }
  void position(const Position& at) {
    const auto& [index, term] = at;
    id(index.value);
    id(term.value);
  }

  // The bootstrap configuration is the same under all names; no other is in play where names are free.
  void configuration(const Configuration& its) {
    const auto& [members, last_id] = its;
    CHECK(!renames || members.empty() || its == bootstrap(rename.size()));
    SnapshotMeta meta;
    meta.configuration = its;
    out.text(wire::encode(meta));
    id(last_id.value);
  }
  void entry(const Entry& one) {
    const auto& [at, stamp, payload] = one;
    position(at);
    id(stamp.ms);
    id(payload.index());
    std::visit(base::Overload{[](const Noop&) {}, [&](const Command& c) { out.text(c.bytes.view()); },
                              [&](const Configuration& c) { configuration(c); }},
               payload);
  }
  void meta(const SnapshotMeta& meta) {
    const auto& [at, stamp, its_configuration] = meta;
    position(at);
    id(stamp.ms);
    configuration(its_configuration);
  }

  void log(const Log& log) {
    // `bytes`, `configurations`: told by the entries.
    const auto& [snapshot, snapshot_written_by, first, keep_from, slots, bytes, configurations, unwritten,
                 handed_out, compacted_to, durable_index, written] = log;
    meta(snapshot);
    out.boolean(snapshot_written_by.has_value());
    if (snapshot_written_by) write_id(*snapshot_written_by);
    id(first.value);
    id(keep_from.value);
    id(slots.size());
    for (const auto& slot : slots) {
      const auto& [its, written_by] = slot;
      entry(its);
      write_id(written_by);
    }
    id(unwritten.value);
    id(handed_out.value);
    id(compacted_to.value);
    id(durable_index.value);
    write_id(written);
  }

  void granted(const std::set<NodeId>& by) {
    for (unsigned name = 1; name <= rename.size(); ++name) out.boolean(by.contains(rename.whose(name)));
  }
  void stage(const Probing& probing) {
    const auto& [sent] = probing;
    out.boolean(sent);
  }
  void stage(const Replicating& replicating) {
    // `inflight_bytes`: far below its bound.
    const auto& [inflight, inflight_bytes, sounding, sent_before] = replicating;
    id(inflight.size());
    for (const auto& [last, bytes] : inflight) id(last.value);
    id(sounding.value);
    id(sent_before.value);
  }
  void stage(const Installing& installing) {
    // `progressed`: time.
    const auto& [its_meta, image, unanswered, next, progressed, forgotten] = installing;
    meta(its_meta);
    out.text(image->piece({}).bytes.view());
    id(unanswered.size());
    for (const auto& [number, cursor] : unanswered) id(number);
    out.boolean(next.has_value());
    if (next) id(next->number);
    out.boolean(forgotten);
  }
  void progress(const Progress& progress) {
    // `heard`: time.
    const auto& [its_stage, match, next, heard, round] = progress;
    id(its_stage.index());
    std::visit([&](const auto& one) { stage(one); }, its_stage);
    id(match.value);
    id(next.value);
    id(round.value);
  }
  std::uint64_t place(ReadId read) const {
    return static_cast<std::uint64_t>(std::find(reads.begin(), reads.end(), read) - reads.begin());
  }
  void role(const Follower& follower) {
    const auto& [leader, matched, receiving, its_reads] = follower;
    id(rename(leader));
    id(matched.value);
    // Reads are asked of leaders; a snapshot has one piece, and is taken at once.
    CHECK(its_reads.empty() && !receiving);
  }
  void role(const PreCandidate& candidate) {
    const auto& [by] = candidate;
    granted(by);
  }
  void role(const Candidate& candidate) {
    const auto& [by] = candidate;
    granted(by);
  }
  void role(const Leader& leader) {
    // `rounds`, `next_heartbeat`: time.
    const auto& [peers, clock, term_start, round, rounds, next_heartbeat, pending, its_transfer,
                 lease_is_void] = leader;
    for (unsigned name = 1; name <= rename.size(); ++name) {
      const auto peer = peers.find(rename.whose(name));
      out.boolean(peer != peers.end());
      if (peer != peers.end()) progress(peer->second);
    }
    id(clock.time().ms);
    id(term_start.value);
    id(round.value);
    id(pending.size());
    for (const auto& read : pending) {
      const auto& [read_id, asker, index, read_round] = read;
      CHECK(!asker);
      id(place(read_id));
      id(index.value);
      id(read_round.value);
    }
    transfer(its_transfer);
    out.boolean(lease_is_void);
  }
  void transfer(const std::optional<Transfer>& under_way) {
    out.boolean(under_way.has_value());
    if (!under_way) return;
    // `deadline`: time.
    const auto& [to, deadline, sent] = *under_way;
    id(rename(to));
    out.boolean(sent);
  }

  void server(const Raft& raft) {
    // `config`: the same for all but its name. `random`, `election_deadline`, `heard_leader`, `writes`: time
    // and chance. `counters`: for people. `last_read`: reads go by their place.
    const auto& [config, hard, hard_changed, told_that_it_left, hard_written_by, its_log, commit, its_role,
                 random, election_deadline, heard_leader, last_write, durable_write, last_read, parts, piece,
                 whole, held, unsent, output, writes, counters] = raft;
    CHECK(!hard_changed && unsent.empty() && !output.write && output.sends.empty());
    CHECK(output.reads_ready.empty() && output.reads_failed.empty() && parts.empty() && !piece && !whole);
    durable = durable_write;
    id(rename(config.self));
    hard_state(hard);
    out.boolean(told_that_it_left);
    write_id(hard_written_by);
    log(its_log);
    id(commit.value);
    id(its_role.index());
    std::visit([&](const auto& one) { role(one); }, its_role);
    write_id(last_write);
    waiting(held);
  }

  // They leave in any order: the network keeps none. Where it keeps no count either, a second copy that
  // leaves with the first or later adds nothing.
  template <class Held>
  void waiting(const std::vector<Held>& held) {
    std::map<std::string, std::vector<std::uint64_t>> untils;
    for (const auto& [until, send] : held) {
      std::string text;
      base::Encoder(text).varint(rename(send.to));
      text += wire::encode(send.message);
      untils[text].push_back(until > durable ? until.value - durable.value : 0);
    }
    id(untils.size());
    for (auto& [text, list] : untils) {
      std::sort(list.begin(), list.end());
      if (any_duplicates) list.resize(1);
      out.text(text);
      id(list.size());
      for (const auto until : list) id(until);
    }
  }

  void write(const Write& write) {
    const auto& [its_id, parts, truncate_from, compact_to, list, hard] = write;
    write_id(its_id);
    id(parts.size());
    for (const auto& [number, bytes, completes] : parts) {
      id(number);
      out.text(bytes.view());
      out.boolean(completes.has_value());
      if (completes) meta(*completes);
    }
    id(truncate_from ? truncate_from->value : 0);
    id(compact_to ? compact_to->value : 0);
    entries(list);
    out.boolean(hard.has_value());
    if (hard) hard_state(*hard);
  }
  void disk(const Recovered& disk) {
    const auto& [hard, snapshot, list, pieces] = disk;
    hard_state(hard);
    meta(snapshot);
    entries(list);
    id(pieces.size());
    for (const auto& piece : pieces) out.text(piece.view());
  }
};

}  // namespace raft

namespace explore {

void write_canonical(std::string& out, const Server& server, const Rename& rename, bool any_duplicates) {
  base::Encoder encoder(out);
  // `now`: time.
  const auto& [raft, disk, pending, reads, now, machine] = server;
  raft::Anatomy anatomy{encoder, rename, !rename.is_identity(), reads, any_duplicates};
  anatomy.server(raft);
  encoder.varint(pending.size());
  for (const auto& write : pending) anatomy.write(write);
  anatomy.disk(disk);
  encoder.varint(reads.size());
  encoder.text(machine.terms);
  anatomy.configuration(machine.configuration);
}

}  // namespace explore
