#include "net/event_line.hpp"

#include "core/base/overload.hpp"

namespace net {

namespace {

std::string name_of(lock::EndReason reason) {
  switch (reason) {
    case lock::EndReason::released:
      return "released";
    case lock::EndReason::session_closed:
      return "its session closed";
    case lock::EndReason::session_expired:
      return "its session expired";
    case lock::EndReason::lease_expired:
      return "its lease expired";
    case lock::EndReason::over_max:
      return "its maximum hold is over";
    case lock::EndReason::broken:
      return "broken";
  }
  return "?";
}

std::string with_token(lock::Token token, lock::SessionId session) {
  return ", token " + std::to_string(token.value) + ", session " + std::to_string(session.value);
}

// "1, 2 and 3"
std::string in_words(const std::vector<base::NodeId>& ids) {
  std::string words;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (i > 0) words += i + 1 == ids.size() ? " and " : ", ";
    words += std::to_string(ids[i].value);
  }
  return words;
}

std::string with_verb(const std::vector<base::NodeId>& ids, const std::string& verb) {
  return in_words(ids) + " " + verb + (ids.size() == 1 ? "s" : "");
}

}  // namespace

std::string to_line(const raft::Configuration& configuration) {
  std::vector<base::NodeId> voters, learners, leaving, former;
  for (const auto& member : configuration.members) {
    if (member.suffrage == raft::Suffrage::voter) voters.push_back(member.id);
    if (member.suffrage == raft::Suffrage::learner) learners.push_back(member.id);
    if (member.suffrage == raft::Suffrage::leaving) leaving.push_back(member.id);
    if (member.outgoing) former.push_back(member.id);
  }
  if (configuration.members.empty()) return "members: none known yet";
  std::string line = "members: " + with_verb(voters, "vote");
  if (!learners.empty()) line += ", " + with_verb(learners, "learn");
  if (!leaving.empty()) line += ", " + with_verb(leaving, "leave");
  // Until the change is done every decision also needs a majority of these.
  if (configuration.is_joint()) line += "; under way from " + in_words(former);
  return line;
}

std::string to_line(const node::Note& note) {
  const auto at = [](const raft::SnapshotMeta& meta) {
    return "at index " + std::to_string(meta.at.index.value);
  };
  return std::visit(
      base::Overload{
          [](const node::BecameLeader& n) { return "leader of term " + std::to_string(n.term.value); },
          [](const node::SteppedDown& n) {
            return "no longer leader of term " + std::to_string(n.term.value);
          },
          [](const node::Reconfigured& n) { return to_line(n.configuration); },
          [](const node::Removed&) { return std::string("no member of the cluster any more"); },
          [&](const node::SnapshotSaved& n) {
            return "snapshot saved " + at(n.meta) + ", " + std::to_string(n.bytes) + " bytes";
          },
          [&](const node::SnapshotInstalled& n) { return "snapshot of the leader installed " + at(n.meta); },
          [](const node::SnapshotRefused& n) { return "snapshot of the leader refused: " + n.why; },
          [](const lock::Event& event) { return to_line(event); },
      },
      note);
}

std::string to_line(const lock::Event& event) {
  return std::visit(
      base::Overload{
          [](const lock::LockGranted& e) { return "granted " + e.name + with_token(e.token, e.session); },
          [](const lock::HoldEnded& e) {
            return "ended " + e.name + with_token(e.token, e.session) + ": " + name_of(e.reason);
          },
          [](const lock::StatusChanged& e) {
            return "status of " + e.name + (e.state.empty() ? " is gone" : " is " + e.state) + ", index " +
                   std::to_string(e.revision.value);
          },
          [](const lock::StaleTokenRefused& e) {
            return "refused a status of " + e.name + with_token(e.token, e.session) + ": that hold has ended";
          },
          [](const lock::SessionEnded& e) {
            return "session " + std::to_string(e.session.value) + (e.expired ? " expired" : " closed");
          },
      },
      event);
}

}  // namespace net
