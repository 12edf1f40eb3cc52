// How far a search goes: a world, what may happen in it, and how often.
#pragma once

#include <cstdint>
#include <vector>

namespace explore {

// A server at the beginning of a search that doesn't begin with an empty cluster.
struct Start {
  unsigned term = 0;
  unsigned vote = 0;                // 0: none
  std::vector<std::uint8_t> terms;  // of its entries; the first is the first configuration
};

struct Bounds {
  unsigned servers = 3;    // 1 to 5
  unsigned voters = 0;     // in the first configuration; 0: all. The others have yet to join
  unsigned terms = 2;      // no election beyond this term
  unsigned entries = 0;    // proposals of clients; a leader's first entry comes beside them
  unsigned elections = 0;  // timers that fire, in all; 0: as many as the terms allow
  unsigned crashes = 0;    // each keeps any prefix of what was not yet durable, and the server starts again
  unsigned rounds = 0;     // of heartbeats a leader and term; those of later rounds are lost
  unsigned reads = 0;      // linearizable reads asked of leaders
  unsigned cut_offs = 0;   // a leader finds that no quorum answers, and steps down (check-quorum)
  unsigned changes = 0;    // a leader is asked to remove a server, or to add one and let it vote
  unsigned snapshots = 0;  // a server compacts its log up to what is committed
  unsigned transfers = 0;  // a leader is asked to hand over
  unsigned batch = 1024;   // entries of one Append at most

  // Any message may be delivered any number of times; otherwise once, and again `duplicates` times in all.
  bool any_duplicates = false;
  unsigned duplicates = 0;
  // One a server, or nothing; all of them are down just before. Terms that were led are led by whoever voted
  // for itself in them.
  std::vector<Start> start;

  // Every write is durable at once; otherwise each may wait.
  bool instant_disk = false;
  // Pre-votes travel as messages; otherwise an election begins when a timer fires.
  bool pre_vote = false;
  // Two states that differ only by the servers' names are one.
  bool symmetry = true;

  // For tests of the search: a disk that reports what it doesn't keep.
  bool lying_disk = false;

  unsigned depth = 0;  // steps; 0: any number
  std::uint64_t memory_bytes = std::uint64_t{4} << 30;
};

// Raft figure 8 (b), once S1 knows of term 3: an entry of term 2 on S1 (and S2 of five), one of term 3 on the
// last, one that is committed on all. Three servers or five.
std::vector<Start> figure_8(unsigned servers);

// Names mean nothing, so that states may be folded by them: ids are given out, and ties among servers on the
// leader's way out are broken, in their order.
constexpr bool names_are_free(const Bounds& bounds) {
  return bounds.symmetry && bounds.changes == 0 && (bounds.voters == 0 || bounds.voters == bounds.servers);
}

constexpr unsigned kServersMax = 5;
constexpr unsigned kTermsMax = 14;

}  // namespace explore
