#include "sim/liveness.hpp"

#include <algorithm>
#include <cstdint>
#include <map>

#include "core/raft/quorum.hpp"
#include "sim/check/configurations.hpp"

namespace sim {

namespace {

struct Voter {
  raft::NodeId id;
  Place place;
};
using Set = std::uint32_t;  // of voters that work, a bit each

// No more voters than bits; a cluster of that size is not simulated.
constexpr std::size_t kVotersMax = 20;

bool is_quorum(const raft::Configuration& members, const std::vector<Voter>& voters, Set set) {
  return check::has_quorum(members, [&](raft::NodeId id) {
    for (std::size_t i = 0; i < voters.size(); ++i) {
      if (voters[i].id == id) return (set >> i & 1) != 0;
    }
    return false;
  });
}

}  // namespace

std::vector<Place> connected_core(const raft::Configuration& members, const Health& health) {
  std::vector<Voter> voters;
  for (const auto& member : members.members) {
    if (member.suffrage != raft::Suffrage::voter && !member.outgoing) continue;
    const auto place = health.place(member.id);
    if (health.works(place)) voters.push_back({member.id, place});
  }
  if (voters.size() > kVotersMax) return {};
  // Whom each hears and is heard by, itself among them.
  std::vector<Set> near(voters.size());
  for (std::size_t a = 0; a < voters.size(); ++a) {
    for (std::size_t b = 0; b < voters.size(); ++b) {
      const auto one = voters[a].place;
      const auto other = voters[b].place;
      if (a == b || (health.hears(one, other) && health.hears(other, one))) near[a] |= Set{1} << b;
    }
  }
  Set best = 0;
  for (Set set = 1; set < Set{1} << voters.size(); ++set) {
    if (__builtin_popcount(set) <= __builtin_popcount(best)) continue;
    bool all_near = true;
    for (std::size_t i = 0; i < voters.size(); ++i) {
      if (set >> i & 1) all_near &= (near[i] & set) == set;
    }
    if (all_near && is_quorum(members, voters, set)) best = set;
  }
  std::vector<Place> core;
  for (std::size_t i = 0; i < voters.size(); ++i) {
    if (best >> i & 1) {
      core.push_back(voters[i].place);
    } else if (is_quorum(members, voters, near[i])) {
      return {};
    }
  }
  return core;
}

}  // namespace sim
