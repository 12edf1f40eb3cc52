// Who belongs to a cluster (Raft §6, Ongaro ch. 4).
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/base/id.hpp"
#include "core/base/result.hpp"

namespace raft {

using base::NodeId;

// What a server is once the change under way is done.
enum class Suffrage : std::uint8_t {
  voter = 1,
  learner = 2,  // is sent the log, counts for nothing (Ongaro §4.2.1)
  leaving = 3,  // a voter of the former configuration only; forgotten when the change is done
};

struct Member {
  NodeId id;
  std::string address;  // opaque to Raft
  // Drawn by the server when it asked to join: its retries are told from another server's request by it.
  std::uint64_t incarnation = 0;
  Suffrage suffrage = Suffrage::voter;
  bool outgoing = false;  // voter of the former configuration, while a change is joint
  bool promote = false;   // a learner that becomes a voter when it has caught up
  // The higher one stands for election sooner; any may still be elected.
  std::uint8_t priority = 1;
  bool operator==(const Member&) const = default;
};

constexpr std::size_t kMembersMax = 9;

struct Configuration {
  std::vector<Member> members;  // sorted by id
  NodeId last_id;               // the highest that was ever given out: ids are never reused
  bool operator==(const Configuration&) const = default;

  const Member* find(NodeId id) const;
  // Votes in the new configuration, the former, or both.
  bool is_voter(NodeId id) const;
  // Two majorities are needed: of the new voters and of the former (Raft §6).
  bool is_joint() const;
  std::size_t voters() const;  // of the new configuration
};

// Whether it is one that a cluster could have come to: sorted, ids within bounds, a voter, nobody who only
// leaves and never voted.
bool is_sound(const Configuration& configuration);

// Voters 1 to n, for a cluster's first configuration; addresses in the order of ids, or none.
Configuration bootstrap(std::uint64_t voters, const std::vector<std::string>& addresses = {});

// What an operator may ask for; carried out as one joint change, or one plain entry where no vote changes.
struct Change {
  std::vector<Member> add;  // as learners; ids are given out here
  std::vector<NodeId> promote;
  std::vector<NodeId> remove;
  std::vector<std::pair<NodeId, std::uint8_t>> priorities;
};
// The configuration after a change, joint where votes change. `from` isn't joint. In one line, why not: an
// unknown server, no voter left, too many.
base::Result<Configuration> changed(const Configuration& from, const Change& change);
// The end of a joint change.
Configuration settled(const Configuration& joint);

}  // namespace raft
