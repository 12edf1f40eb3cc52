#include "tests/core/raft/script_fields.hpp"

#include <algorithm>

#include "core/base/overload.hpp"

namespace raft_test {
namespace {

template <class Kind>
std::string text(base::Id<Kind> id) {
  return std::to_string(id.value);
}
std::string text(std::size_t number) {
  return std::to_string(number);
}
std::string text(bool yes) {
  return yes ? "yes" : "no";
}
std::string text(raft::Position at) {
  return text(at.index) + "/" + text(at.term);
}
// Its place among the reads of one start of its server.
std::string text(raft::ReadId id) {
  return std::to_string(id.value & 0xFFFF'FFFF);
}
std::string text(raft::ReadReady read) {
  return text(read.id) + "@" + text(read.index);
}
std::string text(const std::optional<NodeId>& id) {
  return id ? text(*id) : "none";
}
// With commas; none where there are none.
template <class Values, class Show>
std::string list(const Values& values, const Show& show) {
  std::string out;
  for (const auto& value : values) out += (out.empty() ? "" : ",") + show(value);
  return out.empty() ? "none" : out;
}

std::string text(const std::optional<Index>& index) {
  return index ? text(*index) : "none";
}

// 1 votes, 2- in the former configuration only, 3+ in the new one only, 4~ not at all.
std::string text(const raft::Member& member, bool joint) {
  const bool votes = member.suffrage == raft::Suffrage::voter;
  std::string mark = votes ? "" : member.outgoing ? "-" : "~";
  if (joint && votes && !member.outgoing) mark = "+";
  return text(member.id) + mark;
}

std::string text(const raft::Configuration& configuration) {
  return list(configuration.members,
              [&](const raft::Member& member) { return text(member, configuration.is_joint()); });
}

std::string role_of(const Server& server) {
  if (!server.raft) return "down";
  return std::visit(base::Overload{[](const raft::Follower&) { return "follower"; },
                                   [](const raft::PreCandidate&) { return "precandidate"; },
                                   [](const raft::Candidate&) { return "candidate"; },
                                   [](const raft::Leader&) { return "leader"; }},
                    server.raft->role());
}

std::string terms_of(const raft::Log& log) {
  std::vector<Term> terms;
  for (raft::Index i = log.first_index(); i <= log.last_index(); i = i.next())
    terms.push_back(log.at(i).at.term);
  return list(terms, [](Term term) { return text(term); });
}

const auto kReadReady = [](const raft::ReadReady& read) { return text(read); };
const auto kServer = [](NodeId id) { return text(id); };
const auto kReadId = [](raft::ReadId id) { return text(id); };
const auto kReadUnderWay = [](const auto& read) { return text(read.first); };

}  // namespace

Fields fields_of(const Server& server) {
  Fields fields = {{"role", role_of(server)}};
  if (server.raft) {
    const auto& raft = *server.raft;
    fields.insert(fields.end(), {{"term", text(raft.term())},
                                 {"vote", text(raft.vote())},
                                 {"leader", text(raft.leader())},
                                 {"log", terms_of(raft.log())},
                                 {"first", text(raft.log().first_index())},
                                 {"last", text(raft.log().last_index())},
                                 {"durable", text(raft.log().durable_index())},
                                 {"commit", text(raft.commit())},
                                 {"snapshot", text(raft.log().snapshot().at)},
                                 {"members", text(raft.configuration())},
                                 {"left", raft.knows_that_it_left() ? "yes" : "no"}});
    std::visit(base::Overload{[&](const raft::Follower& follower) {
                                fields.emplace_back("matched", text(follower.matched));
                                fields.emplace_back("receiving", follower.receiving
                                                                     ? text(follower.receiving->meta.at)
                                                                     : "none");
                              },
                              [&](const raft::PreCandidate& candidate) {
                                fields.emplace_back("granted", list(candidate.granted, kServer));
                              },
                              [&](const raft::Candidate& candidate) {
                                fields.emplace_back("granted", list(candidate.granted, kServer));
                              },
                              [&](const raft::Leader&) {
                                fields.emplace_back("transfer", text(raft.transfer_target()));
                                fields.emplace_back("proposes", text(raft.takes_proposals()));
                              }},
               raft.role());
  }
  fields.insert(fields.end(), {{"pending", text(server.pending.size())},
                               {"waiting", list(server.reads, kReadUnderWay)},
                               {"ready", list(server.ready, kReadReady)},
                               {"failed", list(server.failed, kReadId)}});
  return fields;
}

Fields fields_of(const Disk& disk) {
  return {{"term", text(disk.hard.term)},
          {"vote", text(disk.hard.vote)},
          {"snapshot", text(disk.snapshot.at)},
          {"log", list(disk.entries, [](const raft::Entry& e) { return text(e.at.term); })}};
}

namespace {

std::size_t in_flight(const raft::Stage& stage) {
  return std::visit(base::Overload{[](const raft::Probing&) { return std::size_t{0}; },
                                   [](const raft::Replicating& r) { return r.inflight.size(); },
                                   [](const raft::Installing& i) { return i.unanswered.size(); }},
                    stage);
}

}  // namespace

Fields fields_of(const raft::Progress& progress) {
  return {{"match", text(progress.match)},
          {"next", text(progress.next)},
          {"probing", text(std::holds_alternative<raft::Probing>(progress.stage))},
          {"installing", text(std::holds_alternative<raft::Installing>(progress.stage))},
          {"inflight", text(in_flight(progress.stage))}};
}

namespace {

// The fields of each kind beside its term.
struct OfMessage {
  Fields operator()(const raft::PreVote& m) const { return {{"last", text(m.last)}}; }
  Fields operator()(const raft::PreVoteGranted&) const { return {}; }
  Fields operator()(const raft::PreVoteRefused& m) const {
    return {{"removed", m.removed ? text(m.removed) : "none"}};
  }
  Fields operator()(const raft::RequestVote& m) const {
    return {{"last", text(m.last)}, {"transfer", text(m.transfer)}};
  }
  Fields operator()(const raft::VoteGranted&) const { return {}; }
  Fields operator()(const raft::VoteRefused&) const { return {}; }
  Fields operator()(const raft::Append& m) const {
    return {{"previous", text(m.previous)}, {"commit", text(m.commit)}, {"entries", text(m.entries.size())}};
  }
  Fields operator()(const raft::AppendAccepted& m) const { return {{"match", text(m.match)}}; }
  Fields operator()(const raft::AppendRejected& m) const {
    return {{"previous", text(m.previous)}, {"hint", text(m.hint)}};
  }
  Fields operator()(const raft::Heartbeat& m) const {
    return {{"round", text(m.round)}, {"commit", text(m.commit)}};
  }
  Fields operator()(const raft::HeartbeatReply& m) const {
    return {{"round", text(m.round)}, {"matched", text(m.matched)}, {"durable", text(m.durable)}};
  }
  Fields operator()(const raft::InstallSnapshot& m) const {
    return {{"snapshot", text(m.meta.at)}, {"number", text(m.number)}, {"last", text(m.last)}};
  }
  Fields operator()(const raft::PieceAccepted& m) const {
    return {{"snapshot", text(m.snapshot)}, {"next", text(m.next)}};
  }
  Fields operator()(const raft::TimeoutNow&) const { return {}; }
  Fields operator()(const raft::ReadIndex& m) const { return {{"read", text(m.read)}}; }
  Fields operator()(const raft::ReadIndexAnswer& m) const {
    return {{"read", text(m.read)}, {"index", text(m.index)}};
  }
};

}  // namespace

Fields fields_of(const raft::Message& message) {
  auto fields = std::visit(OfMessage(), message);
  fields.insert(fields.begin(), {"term", text(raft::term_of(message))});
  return fields;
}

namespace {

template <std::size_t... Kinds>
std::vector<raft::Message> one_of_each(std::index_sequence<Kinds...>) {
  return {raft::Message(std::in_place_index<Kinds>)...};
}

}  // namespace

bool has_fields(const std::string& kind, const Fields& fields) {
  constexpr auto kKinds = std::make_index_sequence<std::variant_size_v<raft::Message>>();
  for (const auto& message : one_of_each(kKinds)) {
    if (raft::name_of(message) != kind) continue;
    const auto known = fields_of(message);
    return std::all_of(fields.begin(), fields.end(), [&](const auto& field) {
      return std::any_of(known.begin(), known.end(), [&](const auto& k) { return k.first == field.first; });
    });
  }
  return false;
}

std::string print(const Fields& fields) {
  std::string out;
  for (const auto& [name, value] : fields) out += " " + name + "=" + value;
  return out;
}

std::string print(const std::map<NodeId, Server>& servers, const std::vector<Envelope>& bag) {
  std::string out;
  for (const auto& [id, server] : servers) {
    out += "  " + text(id) + ":" + print(fields_of(server)) + "\n";
    out += "     disk:" + print(fields_of(server.disk)) + "\n";
    if (!server.raft) continue;
    const auto* leader = std::get_if<raft::Leader>(&server.raft->role());
    if (!leader) continue;
    for (const auto& [peer, progress] : leader->peers)
      out += "     peer " + text(peer) + ":" + print(fields_of(progress)) + "\n";
  }
  for (const auto& [from, to, message] : bag) {
    out +=
        "  " + text(from) + "->" + text(to) + " " + raft::name_of(message) + print(fields_of(message)) + "\n";
  }
  return out;
}

}  // namespace raft_test
