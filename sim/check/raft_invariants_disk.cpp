// What disks keep: over restarts, and in snapshots.
#include <algorithm>
#include <utility>

#include "sim/check/broken.hpp"
#include "sim/check/configurations.hpp"

namespace check {

namespace {

// FNV-1a, over the pieces as one.
std::uint64_t digest_of(const std::vector<base::Bytes>& pieces) {
  std::uint64_t digest = 0xCBF29CE484222325u;
  for (const auto& piece : pieces) {
    for (const char c : piece.view()) digest = (digest ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
  }
  return digest;
}

}  // namespace

void RaftInvariants::look_at_disk(base::NodeId id, const raft::Raft& raft) const {
  const auto promised = promised_terms_.find(id);
  if (promised != promised_terms_.end() && raft.term() < promised->second) {
    broken("term_forgotten", server(id) + " came back in " + in(raft.term()) + " after it had spoken in " +
                                 in(promised->second));
  }
  const auto vote = votes_.find({id, raft.term()});
  if (vote != votes_.end() && raft.vote() != vote->second) {
    broken("vote_forgotten",
           server(id) + " came back in " + in(raft.term()) + " without its vote for " + server(vote->second));
  }
  const auto before = seen_.find(id);
  if (before == seen_.end()) return;
  const auto& seen = before->second;
  for (auto index = seen.vitals.durable; index; index = index.previous()) {
    // What its snapshot stands for is there; look_at_snapshot says whether it is the same.
    if (index <= raft.log().snapshot().at.index) return;
    if (raft.log().term_at(index) == term_in(seen.terms, index)) continue;
    broken("durable_entry_lost", server(id) + " came back without " +
                                     place({index, term_in(seen.terms, index)}) +
                                     ", which was durable there");
  }
}

std::optional<Violation> RaftInvariants::snapshot_kept(base::NodeId id, const raft::Recovered& disk) {
  return judge(id, [&] {
    look_at_meta(id, disk.snapshot);
    const auto index = disk.snapshot.at.index;
    const auto [known, fresh] = snapshots_.try_emplace(index, digest_of(disk.pieces));
    if (!fresh && known->second != digest_of(disk.pieces)) {
      broken("snapshot_bytes", server(id) + " keeps other bytes for the snapshot at " + at(index) +
                                   " than the first server that took one there");
    }
    if (fresh) look_at_state(id, disk);
  });
}

// Its position, its stamp and its configuration are those of the committed log.
void RaftInvariants::look_at_meta(base::NodeId id, const raft::SnapshotMeta& meta) const {
  const auto index = meta.at.index;
  if (!index) return;
  if (index > committed()) {
    broken("snapshot_beyond_commit",
           server(id) + " has a snapshot at " + at(index) + "; committed is " + at(committed()));
  }
  if (meta.at.term != committed_[index.value - 1].term) {
    broken("snapshot_position", server(id) + " has a snapshot at " + place(meta.at) +
                                    "; committed there is " +
                                    place({index, committed_[index.value - 1].term}));
  }
  const auto truth = entries_.find({index, meta.at.term});
  if (truth != entries_.end() && truth->second.entry.stamp != meta.stamp) {
    broken("snapshot_position", server(id) + " has a snapshot at " + place(meta.at) + " with another stamp");
  }
  const auto* configuration = configuration_as_of(index);
  if (configuration && *configuration != meta.configuration) {
    broken("snapshot_configuration", server(id) + " has a snapshot at " + at(index) + " with [" +
                                         describe(meta.configuration) + "]; as of that index it is [" +
                                         describe(*configuration) + "]");
  }
}

const raft::Configuration* RaftInvariants::configuration_as_of(raft::Index index) const {
  const auto after = configurations_.upper_bound(index);
  return after == configurations_.begin() ? nullptr : std::prev(after)->second.get();
}

// What a server would start from: the same state that others had there, and nothing in it that is over.
void RaftInvariants::look_at_state(base::NodeId id, const raft::Recovered& disk) const {
  const auto index = disk.snapshot.at.index;
  const auto found = node::recovered(disk, lock::Limits());
  if (!found.ok()) broken("snapshot_bytes", server(id) + " can't read its own snapshot: " + found.error());
  const auto& machine = found->machine;
  machine.check();
  const auto expiry = machine.next_expiry();
  if (expiry && *expiry <= disk.snapshot.stamp) {
    broken("snapshot_expired",
           server(id) + " has a snapshot at " + at(index) + " with something in it that has expired");
  }
  const auto known = digests_.find(index);
  if (known != digests_.end() && known->second != machine.digest()) {
    broken("state_divergence", server(id) + " has a snapshot of another state at " + at(index) +
                                   " than the first server that got there");
  }
}

void RaftInvariants::refounded(const raft::Recovered& survivor) {
  auto last = survivor.snapshot.at.index;
  for (const auto& entry : survivor.entries) {
    const auto index = entry.at.index;
    if (index <= last) continue;
    if (index.value <= committed_.size() && committed_[index.value - 1].term != entry.at.term) break;
    last = index;
  }
  const auto behind = [&](const auto& known) { return known.first > last; };
  if (committed_.size() > last.value) committed_.resize(last.value);
  std::erase_if(entries_, [&](const auto& known) { return known.first.first > last; });
  std::erase_if(configurations_, behind);
  std::erase_if(digests_, behind);
  std::erase_if(snapshots_, behind);
  const auto& end = survivor.entries.empty() ? survivor.snapshot.at : survivor.entries.back().at;
  forced_.erase(forced_.upper_bound(end.index), forced_.end());
  forced_.insert(end.index.next());
  seen_.clear();
  leaders_.clear();
  votes_.clear();
  promised_terms_.clear();
}

}  // namespace check
