// What operators ask: members, leadership, snapshots, figures. A request that can't begin yet, since another
// change is under way or the leader is new, waits in line; it is judged anew in every step, by what is, so
// that a retry finds done what was done.
#include <algorithm>
#include <utility>

#include "core/base/overload.hpp"
#include "core/node/node.hpp"

namespace node {
namespace {

constexpr std::size_t kAskingMax = 256;
constexpr std::size_t kAddressBytesMax = 256;

bool is_for_any_server(const lock::Admin& request) {
  return std::holds_alternative<lock::TakeSnapshot>(request) ||
         std::holds_alternative<lock::GetMetrics>(request) ||
         std::holds_alternative<lock::TransferLeadership>(request);
}

const char* role_of(const raft::Member& member, bool leads) {
  if (leads) return "leader";
  switch (member.suffrage) {
    case raft::Suffrage::voter:
      return "voter";
    case raft::Suffrage::learner:
      return "learner";
    case raft::Suffrage::leaving:
      return "leaving";
  }
  return "";
}

// What of a change has not come about yet. In one line: what makes no sense.
base::Result<raft::Change> remaining(const raft::Configuration& now, const lock::ChangeMembers& wanted) {
  raft::Change change;
  for (const auto id : wanted.remove) {
    if (!id || id > now.last_id) {
      return base::Error{"server " + std::to_string(id.value) + " has never been a member"};
    }
    if (now.find(id)) change.remove.push_back(id);
  }
  for (const auto id : wanted.promote) {
    const auto* member = now.find(id);
    if (!member || member->suffrage != raft::Suffrage::voter) change.promote.push_back(id);
  }
  for (const auto& [id, priority] : wanted.priorities) {
    if (std::find(wanted.remove.begin(), wanted.remove.end(), id) != wanted.remove.end()) continue;
    const auto* member = now.find(id);
    if (!member || member->priority != priority) change.priorities.emplace_back(id, priority);
  }
  return change;
}

bool is_nothing(const raft::Change& change) {
  return change.add.empty() && change.promote.empty() && change.remove.empty() && change.priorities.empty();
}

}  // namespace

void Node::serve_admin(Instant now) {
  auto asked = std::exchange(admin_, {});
  for (auto& asking : asked) {
    if (admin_.size() >= kAskingMax) {
      respond(asking.ticket, lock::Refused{"too many requests of operators are under way; try again"});
    } else if (!raft_.is_leader() && !is_for_any_server(asking.request)) {
      respond(asking.ticket, asking.begun ? lock::Reply(lock::LeadershipLost{}) : redirection());
    } else if (!serve(now, asking)) {
      admin_.push_back(std::move(asking));
    }
  }
}

// Whether it has been answered.
bool Node::serve(Instant now, Asking& asking) {
  return std::visit([&](const auto& request) { return serve(now, asking, request); },
                    lock::Admin(asking.request));
}

bool Node::serve(Instant now, Asking& asking, const lock::AddMember& request) {
  if (request.address.empty() || request.address.size() > kAddressBytesMax) {
    respond(asking.ticket, lock::Refused{"a server's address has 1 to 256 bytes"});
    return true;
  }
  if (request.incarnation == 0) {
    respond(asking.ticket, lock::Refused{"a server that joins draws an incarnation, which isn't 0"});
    return true;
  }
  const auto& members = raft_.configuration().members;
  const bool may_begin = raft_.commit_is_current() && !raft_.change_is_under_way() && raft_.takes_proposals();
  for (const auto& member : members) {
    if (member.incarnation == request.incarnation) {
      if (raft_.log().configuration_index() > raft_.commit()) return false;
      respond(asking.ticket, lock::MemberAdded{member.id, config_.cluster});
      return true;
    }
    if (member.address != request.address) continue;
    respond(asking.ticket, lock::Refused{"server " + std::to_string(member.id.value) + " has the address " +
                                         request.address + ": remove it first, it has lost its memory"});
    return true;
  }
  if (!may_begin) return false;
  raft::Change change;
  raft::Member member;
  member.address = request.address;
  member.incarnation = request.incarnation;
  member.promote = request.promote;
  member.priority = request.priority;
  change.add.push_back(std::move(member));
  const auto begun = raft_.change(now, change);
  if (begun) {
    asking.begun = true;
    return false;
  }
  respond(asking.ticket, lock::Refused{begun.error()});
  return true;
}

bool Node::serve(Instant now, Asking& asking, const lock::ChangeMembers& request) {
  if (!raft_.commit_is_current() || raft_.change_is_under_way() || !raft_.takes_proposals()) return false;
  const auto change = remaining(raft_.configuration(), request);
  if (change.ok() && is_nothing(change.value())) {
    respond(asking.ticket, lock::MembersChanged{});
    return true;
  }
  const auto begun = change.ok() ? raft_.change(now, change.value()) : base::Status(change.failure());
  if (begun) {
    asking.begun = true;
    return false;
  }
  respond(asking.ticket, lock::Refused{begun.error()});
  return true;
}

bool Node::serve(Instant now, Asking& asking, const lock::TransferLeadership& request) {
  const auto leader = raft_.leader();
  if (!raft_.is_leader()) {
    if (asking.begun && !leader) return false;
    if (!asking.begun) {
      respond(asking.ticket, redirection());
    } else if (request.to && *leader != request.to) {
      respond(asking.ticket, lock::Refused{"server " + std::to_string(leader->value) + " leads instead"});
    } else {
      respond(asking.ticket, lock::Transferred{*leader});
    }
    return true;
  }
  if (raft_.transfer_target()) {
    // One of two that were asked at once waits for the other.
    return false;
  }
  if (asking.begun) {
    respond(asking.ticket, lock::Refused{"the target did not take over in time; server " +
                                         std::to_string(raft_.self().value) + " leads on"});
    return true;
  }
  if (request.to == raft_.self()) {
    respond(asking.ticket, lock::Transferred{raft_.self()});
    return true;
  }
  const auto begun = raft_.transfer(now, request.to);
  if (begun) {
    asking.begun = true;
    return false;
  }
  respond(asking.ticket, lock::Refused{begun.error()});
  return true;
}

bool Node::serve(Instant, Asking& asking, const lock::TakeSnapshot&) {
  const auto index = raft_.log().snapshot().at.index;
  const bool up_to_date = applied_ == index && !saving_ && !saved_;
  if (!asking.begun && !up_to_date) return false;
  respond(asking.ticket, lock::SnapshotTaken{index.value, counters_.snapshot_bytes});
  return true;
}

bool Node::serve(Instant now, Asking& asking, const lock::GetMembers&) {
  lock::Members reply{raft_.term().value, raft_.commit().value, raft_.change_is_under_way(), {}};
  const auto& leader = std::get<raft::Leader>(raft_.role());
  for (const auto& member : raft_.configuration().members) {
    const bool self = member.id == raft_.self();
    lock::MemberView view;
    view.id = member.id;
    view.address = member.address;
    view.role = role_of(member, self);
    view.promote = member.promote;
    view.priority = member.priority;
    const auto peer = leader.peers.find(member.id);
    if (self) {
      view.match = raft_.log().durable_index().value;
    } else if (peer != leader.peers.end()) {
      view.match = peer->second.match.value;
      const auto silent = std::max(now - peer->second.heard, base::Duration::zero());
      view.silent_for = std::chrono::duration_cast<lock::Millis>(silent);
      view.installing = std::holds_alternative<raft::Installing>(peer->second.stage);
    }
    reply.members.push_back(std::move(view));
  }
  respond(asking.ticket, std::move(reply));
  return true;
}

// From here on a command like any other: its answer comes when it is applied.
bool Node::serve(Instant, Asking& asking, const lock::Configure& request) {
  batch_.push_back(request);
  batch_tickets_.push_back(asking.ticket);
  return true;
}

bool Node::serve(Instant, Asking& asking, const lock::GetMetrics&) {
  respond(asking.ticket, lock::Metrics{metrics()});
  return true;
}

}  // namespace node
