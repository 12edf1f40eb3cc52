#include "sim/check/configurations.hpp"

#include <algorithm>
#include <set>

namespace check {

namespace {

using Ids = std::set<base::NodeId>;

Ids voters(const raft::Configuration& configuration) {
  Ids ids;
  for (const auto& member : configuration.members) {
    if (member.suffrage == raft::Suffrage::voter) ids.insert(member.id);
  }
  return ids;
}

Ids outgoing(const raft::Configuration& configuration) {
  Ids ids;
  for (const auto& member : configuration.members) {
    if (member.outgoing) ids.insert(member.id);
  }
  return ids;
}

const raft::Member* find(const raft::Configuration& configuration, base::NodeId id) {
  for (const auto& member : configuration.members) {
    if (member.id == id) return &member;
  }
  return nullptr;
}

}  // namespace

bool is_joint(const raft::Configuration& configuration) {
  return !outgoing(configuration).empty();
}

std::optional<std::string> illegal_step(const raft::Configuration& before, const raft::Configuration& after) {
  if (after.last_id < before.last_id) return "the highest id falls";
  for (const auto& member : after.members) {
    const auto id = std::to_string(member.id.value);
    const auto* former = find(before, member.id);
    if (!former && member.id <= before.last_id) return "id " + id + " is given out again";
    if (former && (former->address != member.address || former->incarnation != member.incarnation))
      return "id " + id + " becomes another server's";
    if (member.id > after.last_id) return "id " + id + " is beyond the highest";
  }
  if (voters(after).empty()) return "nobody votes";
  if (is_joint(before)) {
    if (is_joint(after)) return "one joint change follows another";
    if (voters(after) != voters(before)) return "a joint change ends with other voters than it was to";
    return std::nullopt;
  }
  if (!is_joint(after)) {
    if (voters(after) != voters(before)) return "votes change without a joint configuration";
    return std::nullopt;
  }
  if (outgoing(after) != voters(before)) return "a joint change begins from other voters than there were";
  return std::nullopt;
}

std::string describe(const raft::Configuration& configuration) {
  std::string text;
  const bool joint = is_joint(configuration);
  for (const auto& member : configuration.members) {
    const auto id = std::to_string(member.id.value);
    if (!text.empty()) text += " ";
    if (member.suffrage == raft::Suffrage::learner) {
      text += member.outgoing ? "-(" + id + ")" : "(" + id + ")";
    } else if (member.suffrage == raft::Suffrage::leaving) {
      text += "-" + id;
    } else {
      text += joint && !member.outgoing ? "+" + id : id;
    }
  }
  return text;
}

}  // namespace check
