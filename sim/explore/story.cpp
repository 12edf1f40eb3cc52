#include "sim/explore/story.hpp"

#include "core/base/overload.hpp"

namespace explore {

namespace {

std::string number(std::uint64_t value) {
  return std::to_string(value);
}

std::string place(raft::Position at) {
  return number(at.index.value) + "@" + number(at.term.value);
}

std::string places(const std::vector<raft::Entry>& entries) {
  std::string text;
  for (const auto& entry : entries) text += " " + place(entry.at);
  return text.empty() ? " none" : text;
}

std::string vote_of(std::optional<raft::NodeId> vote) {
  return vote ? number(vote->value) : "none";
}

std::string details(const raft::Message& message) {
  return std::visit(
      base::Overload{
          [](const raft::PreVote& m) { return ", last " + place(m.last); },
          [](const raft::PreVoteGranted&) { return std::string(); },
          [](const raft::PreVoteRefused& m) { return m.removed ? ", for it has left" : std::string(); },
          [](const raft::RequestVote& m) {
            return ", last " + place(m.last) + (m.transfer ? ", as its leader wants" : "");
          },
          [](const raft::VoteGranted&) { return std::string(); },
          [](const raft::VoteRefused&) { return std::string(); },
          [](const raft::Append& m) {
            return ", after " + place(m.previous) + ":" + places(m.entries) + ", commit " +
                   number(m.commit.value);
          },
          [](const raft::AppendAccepted& m) { return ", match " + number(m.match.value); },
          [](const raft::AppendRejected& m) {
            return ", previous " + number(m.previous.value) + ", hint " + place(m.hint);
          },
          [](const raft::Heartbeat& m) {
            return ", round " + number(m.round.value) + ", commit " + number(m.commit.value);
          },
          [](const raft::HeartbeatReply& m) {
            return ", round " + number(m.round.value) + ", matched " + number(m.matched.value) +
                   ", durable " + number(m.durable.value);
          },
          [](const raft::InstallSnapshot& m) { return ", up to " + place(m.meta.at); },
          [](const raft::PieceAccepted& m) {
            return ", up to " + place(m.snapshot) + ", next " + number(m.next);
          },
          [](const raft::TimeoutNow&) { return std::string(); },
          [](const raft::ReadIndex&) { return std::string(); },
          [](const raft::ReadIndexAnswer&) { return std::string(); }},
      message);
}

std::string role_of(const raft::Raft& raft) {
  return std::visit(base::Overload{[](const raft::Follower&) { return "follows in"; },
                                   [](const raft::PreCandidate&) { return "asks round in"; },
                                   [](const raft::Candidate&) { return "stands in"; },
                                   [](const raft::Leader&) { return "leads"; }},
                    raft.role());
}

std::string snapshot_of(const raft::SnapshotMeta& meta) {
  return meta.at.index ? ", snapshot " + place(meta.at) : std::string();
}

std::string members_of(const raft::Configuration& configuration) {
  std::string text;
  for (const auto& member : configuration.members) {
    text += " " + number(member.id.value);
    if (member.suffrage == raft::Suffrage::learner) text += " (learns)";
    if (member.suffrage == raft::Suffrage::leaving) text += " (leaves)";
    if (member.suffrage == raft::Suffrage::voter && configuration.is_joint() && !member.outgoing)
      text += " (comes)";
  }
  return text.empty() ? " none" : text;
}

std::string standing(const Server& server) {
  const raft::Raft& raft = server.raft;
  std::vector<raft::Entry> log;
  for (auto index = raft.log().first_index(); index <= raft.log().last_index(); index = index.next())
    log.push_back(raft.log().at(index));
  std::string text =
      "      server " + number(raft.self().value) + " " + role_of(raft) + " term " +
      number(raft.term().value) + ", vote " + vote_of(raft.vote()) + snapshot_of(raft.log().snapshot()) +
      ", log" + places(log) + ", commit " + number(raft.commit().value) + " | disk: term " +
      number(server.disk.hard_state.term.value) + ", vote " + vote_of(server.disk.hard_state.vote) +
      snapshot_of(server.disk.snapshot) + ", log" + places(server.disk.entries);
  if (raft.log().configuration_index() > raft::Index(1) || !raft.configuration().is_voter(raft.self()))
    text += " | members:" + members_of(raft.configuration());
  if (!server.pending.empty()) text += " | writes waiting: " + number(server.pending.size());
  if (!server.reads.empty()) text += " | reads waiting: " + number(server.reads.size());
  return text;
}

std::string sentence(const World& world, const Server& server, Action action) {
  const std::string who = "server " + number(action.server + 1u);
  switch (action.kind) {
    case Kind::deliver: {
      const Letter& letter = world.letter(action.what);
      return who + " receives from server " + number(letter.from.value) + ": " +
             raft::name_of(letter.message) + " of term " + number(raft::term_of(letter.message).value) +
             details(letter.message) + (action.copy ? " (a copy may come again)" : "");
    }
    case Kind::election_timer:
      return who + "'s election timer fires";
    case Kind::round:
      return who + " starts a round of heartbeats";
    case Kind::cut_off:
      return who + " finds that no quorum answers";
    case Kind::finish_write:
      return who + "'s oldest write becomes durable";
    case Kind::crash:
      return who + " crashes and starts again; of " + number(server.pending.size()) +
             " writes waiting its disk keeps " + number(action.what);
    case Kind::propose:
      return who + " is given command c" + number(action.what);
    case Kind::read:
      return who + " is asked for a linearizable read";
    case Kind::change:
      if (action.what == kAddOne) return who + " is asked to add a server";
      return who + " is asked to remove server " + number(action.what);
    case Kind::compact:
      return who + " takes a snapshot; its log keeps " + number(action.what) + " of the entries before";
    case Kind::transfer:
      return who + " is asked to hand over to server " + number(action.what);
  }
  return who;
}

}  // namespace

std::vector<std::string> tell(World& world, const std::vector<Action>& path) {
  std::vector<std::string> lines;
  check::RaftInvariants other_judge;
  std::optional<Violation> broken, other;
  State state = world.initial();
  for (unsigned i = 0; i < world.bounds().servers; ++i) {
    const auto& raft = world.server(state, i).raft;
    other = other_judge.observe(raft.self(), raft);
  }
  for (std::size_t i = 0; i < path.size(); ++i) {
    lines.push_back(number(i + 1) + ". " + sentence(world, world.server(state, path[i].server), path[i]));
    broken = world.apply(state, path[i]);
    const auto& raft = world.server(state, path[i].server).raft;
    if (!other)
      other = path[i].kind == Kind::crash ? other_judge.restarted(raft.self(), raft)
                                          : other_judge.observe(raft.self(), raft);
    for (unsigned k = 0; k < world.bounds().servers; ++k) lines.push_back(standing(world.server(state, k)));
  }
  if (broken) lines.push_back(broken->check + ": " + broken->what);
  if (other) lines.push_back("raft_invariants, over the same steps: " + other->check + ": " + other->what);
  return lines;
}

}  // namespace explore
