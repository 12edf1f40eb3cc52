#include "core/raft/configuration.hpp"

#include "core/base/check.hpp"

namespace raft {
namespace {

std::string name(NodeId id) {
  return "server " + std::to_string(id.value);
}

Member* find(Configuration& configuration, NodeId id) {
  return const_cast<Member*>(std::as_const(configuration).find(id));
}

std::size_t count_outgoing(const Configuration& configuration) {
  return static_cast<std::size_t>(std::count_if(configuration.members.begin(), configuration.members.end(),
                                                [](const Member& m) { return m.outgoing; }));
}

// Joint where a vote is given or taken.
Configuration joined(const Configuration& from, Configuration to) {
  const auto votes = [](const Configuration& configuration, NodeId id) {
    const Member* member = configuration.find(id);
    return member && member->suffrage == Suffrage::voter;
  };
  const auto differs = [&](const Member& m) { return votes(from, m.id) != votes(to, m.id); };
  if (std::none_of(to.members.begin(), to.members.end(), differs)) return settled(to);
  for (auto& member : to.members) member.outgoing = votes(from, member.id);
  // A learner that leaves along with a change of votes holds nothing up.
  std::erase_if(to.members, [](const Member& m) { return m.suffrage == Suffrage::leaving && !m.outgoing; });
  return to;
}

}  // namespace

const Member* Configuration::find(NodeId id) const {
  const auto at = std::lower_bound(members.begin(), members.end(), id,
                                   [](const Member& member, NodeId wanted) { return member.id < wanted; });
  return at != members.end() && at->id == id ? &*at : nullptr;
}

bool Configuration::is_voter(NodeId id) const {
  const Member* member = find(id);
  return member && (member->suffrage == Suffrage::voter || member->outgoing);
}

bool Configuration::is_joint() const {
  return count_outgoing(*this) != 0;
}

std::size_t Configuration::voters() const {
  return static_cast<std::size_t>(std::count_if(
      members.begin(), members.end(), [](const Member& m) { return m.suffrage == Suffrage::voter; }));
}

bool is_sound(const Configuration& configuration) {
  if (configuration.members.size() > 2 * kMembersMax || configuration.voters() == 0) return false;
  NodeId last;
  for (const auto& member : configuration.members) {
    if (member.id <= last || member.id > configuration.last_id) return false;
    if (member.suffrage == Suffrage::leaving && !member.outgoing) return false;
    last = member.id;
  }
  return true;
}

Configuration bootstrap(std::uint64_t voters, const std::vector<std::string>& addresses) {
  CHECK(addresses.empty() || addresses.size() == voters);
  Configuration configuration;
  for (std::uint64_t i = 1; i <= voters; ++i) {
    Member member;
    member.id = NodeId(i);
    if (!addresses.empty()) member.address = addresses[i - 1];
    configuration.members.push_back(std::move(member));
  }
  configuration.last_id = NodeId(voters);
  return configuration;
}

base::Result<Configuration> changed(const Configuration& from, const Change& change) {
  CHECK(!from.is_joint());
  Configuration to = from;
  for (const NodeId id : change.remove) {
    Member* member = find(to, id);
    if (!member) return base::Error{name(id) + " is no member"};
    member->suffrage = Suffrage::leaving;
  }
  for (const NodeId id : change.promote) {
    Member* member = find(to, id);
    if (!member || member->suffrage == Suffrage::leaving) return base::Error{name(id) + " is no member"};
    member->suffrage = Suffrage::voter;
    member->promote = false;
  }
  for (const auto& [id, priority] : change.priorities) {
    Member* member = find(to, id);
    if (!member) return base::Error{name(id) + " is no member"};
    member->priority = priority;
  }
  for (Member member : change.add) {
    to.last_id = member.id = to.last_id.next();
    member.suffrage = Suffrage::learner;
    member.outgoing = false;
    to.members.push_back(std::move(member));
  }
  if (to.voters() == 0) return base::Error{"no voter would be left"};
  if (settled(to).members.size() > kMembersMax) {
    return base::Error{"a cluster has at most " + std::to_string(kMembersMax) + " servers"};
  }
  return joined(from, std::move(to));
}

Configuration settled(const Configuration& joint) {
  Configuration after = joint;
  std::erase_if(after.members, [](const Member& m) { return m.suffrage == Suffrage::leaving; });
  for (auto& member : after.members) member.outgoing = false;
  return after;
}

}  // namespace raft
