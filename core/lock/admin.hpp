// What operators ask of a cluster beside its locks, and what they are told.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "core/lock/limits.hpp"
#include "core/lock/types.hpp"

namespace lock {

// A new server, as a learner with an id of its own: answered MemberAdded once that is committed. A retry with
// the same incarnation gets the same id; another server at an address that is taken is refused.
struct AddMember {
  std::string address;
  std::uint64_t incarnation = 0;  // drawn at random by the server that joins
  bool promote = true;            // becomes a voter when it has caught up
  std::uint8_t priority = 1;
  bool operator==(const AddMember&) const = default;
};
struct SetPriority {
  base::NodeId member;
  std::uint8_t priority = 1;
  bool operator==(const SetPriority&) const = default;
};
// All of it as one change (joint consensus), answered MembersChanged once it is done. What is so already is
// no error: a retry may find it done.
struct ChangeMembers {
  std::vector<base::NodeId> promote;
  std::vector<base::NodeId> remove;
  std::vector<SetPriority> priorities;
  bool operator==(const ChangeMembers&) const = default;
};
// Answered Transferred once another server leads, Refused where the target did not take over in time.
struct TransferLeadership {
  base::NodeId to;  // 0: whoever is furthest
  bool operator==(const TransferLeadership&) const = default;
};
// Of the asked server's own state, at once: answered SnapshotTaken when it is on its disk.
struct TakeSnapshot {
  bool operator==(const TakeSnapshot&) const = default;
};
// Answered by the leader: Members.
struct GetMembers {
  bool operator==(const GetMembers&) const = default;
};
// Answered by any server about itself, at once: Metrics.
struct GetMetrics {
  bool operator==(const GetMetrics&) const = default;
};
// Moves bounds, all of them or none, in the log: a server that is asked proposes it as a command. A retry
// sets the same. Answered Settings, or Refused.
struct Configure {
  std::vector<Setting> settings;
  bool operator==(const Configure&) const = default;
};
using Admin = std::variant<AddMember, ChangeMembers, TransferLeadership, TakeSnapshot, GetMembers, GetMetrics,
                           Configure>;

struct MemberAdded {
  base::NodeId id;
  base::ClusterId cluster;
  bool operator==(const MemberAdded&) const = default;
};
struct MembersChanged {
  bool operator==(const MembersChanged&) const = default;
};
struct Transferred {
  base::NodeId leader;
  bool operator==(const Transferred&) const = default;
};
struct SnapshotTaken {
  std::uint64_t index = 0;
  std::uint64_t bytes = 0;
  bool operator==(const SnapshotTaken&) const = default;
};
struct MemberView {
  base::NodeId id;
  std::string address;
  std::string role;  // leader, voter, learner, leaving
  bool promote = false;
  std::uint8_t priority = 1;
  std::uint64_t match = 0;  // durable there as far as the leader knows
  Millis silent_for{0};     // since it last answered the leader
  bool installing = false;  // is being sent a snapshot
  bool operator==(const MemberView&) const = default;
};
struct Members {
  std::uint64_t term = 0;
  std::uint64_t commit = 0;
  bool changing = false;  // a change is under way
  std::vector<MemberView> members;
  bool operator==(const Members&) const = default;
};
enum class MetricKind : std::uint8_t { counter = 1, gauge = 2, histogram = 3 };
struct Metric {
  std::string name;  // as Prometheus wants it: lockd_…, the unit last
  std::string help;
  MetricKind kind = MetricKind::gauge;
  std::uint64_t value = 0;  // of a histogram: the sum
  // Of a histogram: bucket b counts what is below 2^b and not below 2^(b-1).
  std::vector<std::uint64_t> buckets;
  bool operator==(const Metric&) const = default;
};
struct Metrics {
  std::vector<Metric> metrics;
  bool operator==(const Metrics&) const = default;
};

}  // namespace lock
