// Every value the wire can carry, for properties: rc::check([] { const auto m =
// *generate::any<raft::Message>(); … }).
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <rapidcheck.h>
#include <string>
#include <variant>
#include <vector>

#include "core/wire/codec.hpp"

namespace generate {

// Spells the fields of every struct once more, apart from the codec: a field that the codec forgets is
// missed.
class Filler {
 public:
  void operator()(auto&... values) { (fill(values), ...); }

 private:
  static std::uint64_t number(std::uint64_t max) {
    const auto drawn = *rc::gen::arbitrary<std::uint64_t>();
    switch (*rc::gen::inRange(0, 4)) {
      case 0:
        return drawn % 8;
      case 1:
        return max - drawn % 3;
      default:
        return max == std::numeric_limits<std::uint64_t>::max() ? drawn : drawn % (max + 1);
    }
  }

  void fill(bool& v) { v = *rc::gen::arbitrary<bool>(); }
  void fill(std::uint8_t& v) { v = *rc::gen::arbitrary<std::uint8_t>(); }
  void fill(std::uint32_t& v) { v = *rc::gen::arbitrary<std::uint32_t>(); }
  void fill(std::int32_t& v) { v = *rc::gen::arbitrary<std::int32_t>(); }
  template <class T>
  requires std::is_enum_v<T>
  void fill(T& v) { v = static_cast<T>(*rc::gen::inRange(1, 4)); }
  void fill(lock::OnFail& v) { v = *rc::gen::element(lock::OnFail::next, lock::OnFail::replay); }
  void fill(std::uint64_t& v) { v = number(std::numeric_limits<std::uint64_t>::max()); }
  void fill(std::int64_t& v) {
    v = static_cast<std::int64_t>(number(std::numeric_limits<std::uint64_t>::max()));
  }
  void fill(std::string& v) { v = *rc::gen::arbitrary<std::string>(); }
  void fill(base::Bytes& v) { v = base::Bytes(*rc::gen::arbitrary<std::string>()); }
  void fill(lock::Millis& v) {
    v = lock::Millis(static_cast<std::int64_t>(number(36'500LL * 24 * 3600 * 1000)));
  }
  void fill(base::LogTime& v) { v.ms = number(std::uint64_t{1} << 52); }
  template <class Kind>
  void fill(base::Id<Kind>& v) {
    v.value = number(std::numeric_limits<std::uint64_t>::max());
  }
  void fill(base::NodeId& v) { v.value = number(std::uint64_t{1} << 31); }
  void fill(raft::Term& v) { v.value = number(std::uint64_t{1} << 62); }
  void fill(raft::Index& v) { v.value = number(std::uint64_t{1} << 62); }
  void fill(raft::Round& v) { v.value = number(std::uint64_t{1} << 62); }
  template <class T>
  void fill(std::optional<T>& v) {
    if (*rc::gen::arbitrary<bool>()) fill(v.emplace());
  }
  template <class T>
  void fill(std::vector<T>& v) {
    v.resize(*rc::gen::inRange<std::size_t>(0, 5));
    for (T& element : v) fill(element);
  }
  template <class... Ts>
  void fill(std::variant<Ts...>& v) {
    const auto chosen = *rc::gen::inRange<std::size_t>(0, sizeof...(Ts));
    std::size_t index = 0;
    ((index++ == chosen ? fill(v.template emplace<Ts>()) : void()), ...);
  }

  void fill(raft::Position& v) { (*this)(v.index, v.term); }
  void fill(raft::Noop&) {}
  void fill(raft::Command& v) { fill(v.bytes); }
  void fill(raft::Member& v) {
    (*this)(v.id, v.address, v.incarnation, v.suffrage, v.outgoing, v.promote, v.priority);
  }
  void fill(raft::Configuration& v) { (*this)(v.members, v.last_id); }
  void fill(raft::SnapshotMeta& v) { (*this)(v.at, v.stamp, v.configuration); }
  void fill(raft::Entry& v) { (*this)(v.at, v.stamp, v.payload); }
  void fill(raft::PreVote& v) { (*this)(v.term, v.last); }
  void fill(raft::PreVoteGranted& v) { fill(v.term); }
  void fill(raft::PreVoteRefused& v) { (*this)(v.term, v.removed); }
  void fill(raft::RequestVote& v) { (*this)(v.term, v.last, v.transfer); }
  void fill(raft::VoteGranted& v) { fill(v.term); }
  void fill(raft::VoteRefused& v) { fill(v.term); }
  void fill(raft::Append& v) { (*this)(v.term, v.previous, v.commit, v.entries); }
  void fill(raft::AppendAccepted& v) { (*this)(v.term, v.match); }
  void fill(raft::AppendRejected& v) { (*this)(v.term, v.previous, v.hint); }
  void fill(raft::Heartbeat& v) { (*this)(v.term, v.round, v.commit); }
  void fill(raft::HeartbeatReply& v) { (*this)(v.term, v.round, v.matched, v.durable); }
  void fill(raft::InstallSnapshot& v) { (*this)(v.term, v.meta, v.number, v.last, v.bytes); }
  void fill(raft::PieceAccepted& v) { (*this)(v.term, v.snapshot, v.next); }
  void fill(raft::TimeoutNow& v) { fill(v.term); }
  void fill(raft::ReadIndex& v) { (*this)(v.term, v.read); }
  void fill(raft::ReadIndexAnswer& v) { (*this)(v.term, v.read, v.index); }

  void fill(lock::OpenSession& v) { (*this)(v.ttl, v.who, v.parent); }
  void fill(lock::KeepAlive& v) { fill(v.session); }
  void fill(lock::CloseSession& v) { fill(v.session); }
  void fill(lock::Sequenced& v) { (*this)(v.session, v.sequence, v.acknowledged, v.operation); }
  void fill(lock::Recover& v) { (*this)(v.epoch_floor, v.no_grants_for, v.note); }
  void fill(lock::Setting& v) { (*this)(v.name, v.value); }
  void fill(lock::Configure& v) { fill(v.settings); }
  void fill(lock::Exclusive&) {}
  void fill(lock::Shared&) {}
  void fill(lock::Counted& v) { fill(v.limit); }
  void fill(lock::Wanted& v) { (*this)(v.name, v.mode); }
  void fill(lock::Fifo&) {}
  void fill(lock::Barge&) {}
  void fill(lock::Newest&) {}
  void fill(lock::Priority& v) { fill(v.level); }
  void fill(lock::Acquire& v) {
    (*this)(v.locks, v.wait, v.detached, v.note, v.max_hold, v.lock_delay, v.queueing);
  }
  void fill(lock::Leave& v) { fill(v.acquire); }
  void fill(lock::Downgrade& v) { (*this)(v.name, v.token); }
  void fill(lock::Break& v) { (*this)(v.name, v.token, v.reason, v.now); }
  void fill(lock::Once& v) { (*this)(v.name, v.keep, v.attempts, v.on_fail, v.input, v.wait, v.note); }
  void fill(lock::FinishOnce& v) { (*this)(v.name, v.token, v.code, v.output, v.cut); }
  void fill(lock::Release& v) { (*this)(v.name, v.token); }
  void fill(lock::Renew& v) { (*this)(v.name, v.token, v.ttl); }
  void fill(lock::Cancel& v) { fill(v.acquire); }
  void fill(lock::SetStatus& v) { (*this)(v.name, v.state, v.code, v.value, v.token, v.if_revision, v.ttl); }
  void fill(lock::ClearStatus& v) { (*this)(v.name, v.if_revision); }
  void fill(lock::GetStatus& v) { fill(v.name); }
  void fill(lock::WaitStatus& v) { (*this)(v.name, v.after); }
  void fill(lock::List& v) { (*this)(v.prefix, v.after); }
  void fill(lock::CheckHold& v) { (*this)(v.name, v.token); }
  void fill(lock::GetHealth&) {}
  void fill(lock::GetAudit& v) { (*this)(v.name, v.before); }
  void fill(lock::GetSettings&) {}
  void fill(lock::Watch& v) { (*this)(v.name, v.since); }
  void fill(lock::AddMember& v) { (*this)(v.address, v.incarnation, v.promote, v.priority); }
  void fill(lock::SetPriority& v) { (*this)(v.member, v.priority); }
  void fill(lock::ChangeMembers& v) { (*this)(v.promote, v.remove, v.priorities); }
  void fill(lock::TransferLeadership& v) { fill(v.to); }
  void fill(lock::TakeSnapshot&) {}
  void fill(lock::GetMembers&) {}
  void fill(lock::GetMetrics&) {}

  void fill(lock::Lease& v) { (*this)(v.stamp, v.end); }
  void fill(lock::SessionOpened& v) { (*this)(v.session, v.lease); }
  void fill(lock::Taken& v) { (*this)(v.token, v.why); }
  void fill(lock::KeptAlive& v) { (*this)(v.lease, v.taken); }
  void fill(lock::SessionClosed&) {}
  void fill(lock::SessionExpired&) {}
  void fill(lock::Granted& v) {
    (*this)(v.token, v.lease, v.waited, v.ends_by, v.entries, v.attempt);
  }
  void fill(lock::Queued& v) { (*this)(v.holder, v.held_for, v.ahead); }
  void fill(lock::Held& v) { (*this)(v.holder, v.held_for); }
  void fill(lock::Released&) {}
  void fill(lock::Renewed& v) { fill(v.lease); }
  void fill(lock::NotHeld&) {}
  void fill(lock::Cancelled&) {}
  void fill(lock::StatusSet& v) { fill(v.revision); }
  void fill(lock::StatusCleared& v) { fill(v.existed); }
  void fill(lock::RevisionMismatch& v) { fill(v.actual); }
  void fill(lock::StaleToken&) {}
  void fill(lock::Refused& v) { fill(v.why); }
  void fill(lock::StaleSequence&) {}
  void fill(lock::Superseded& v) { fill(v.by); }
  void fill(lock::Deadlock::Link& v) { (*this)(v.who, v.waits_for); }
  void fill(lock::Deadlock& v) { fill(v.cycle); }
  void fill(lock::Downgraded&) {}
  void fill(lock::Broken& v) { fill(v.blocked_for); }
  void fill(lock::OnceEnded& v) {
    (*this)(v.state, v.code, v.output, v.cut, v.attempt, v.runner, v.revision);
  }
  void fill(lock::OnceFinished& v) { (*this)(v.state, v.revision); }
  void fill(lock::OnceView& v) { (*this)(v.attempts, v.on_fail, v.input); }
  void fill(lock::LateResult& v) { (*this)(v.token, v.code, v.who, v.age); }
  void fill(lock::Record& v) {
    (*this)(v.state, v.code, v.value, v.writer, v.token, v.attempt, v.revision, v.age, v.left, v.cut, v.once,
            v.late);
  }
  void fill(lock::Holder& v) {
    (*this)(v.token, v.who, v.note, v.mode, v.detached, v.entries, v.held_for, v.left, v.with);
  }
  void fill(lock::NameView& v) {
    (*this)(v.name, v.holders, v.holder_count, v.waiters, v.blocked_for, v.record);
  }
  void fill(lock::AuditEntry& v) { (*this)(v.number, v.what, v.token, v.who, v.why, v.age); }
  void fill(lock::AuditTrail& v) { (*this)(v.entries, v.more); }
  void fill(lock::Settings& v) { fill(v.settings); }
  void fill(lock::Change& v) {
    (*this)(v.index, v.name, v.what, v.token, v.who, v.detail, v.code, v.revision);
  }
  void fill(lock::Changes& v) { (*this)(v.through, v.changes); }
  void fill(lock::Reset& v) { (*this)(v.through, v.names, v.more); }
  void fill(lock::Listing& v) { (*this)(v.names, v.more); }
  void fill(lock::HoldStands& v) { fill(v.left); }
  void fill(lock::Health& v) {
    (*this)(v.node, v.cluster, v.version, v.role, v.term, v.leader, v.commit, v.last_index, v.members);
  }
  void fill(lock::NotLeader& v) { fill(v.leader); }
  void fill(lock::LeadershipLost&) {}
  void fill(lock::MemberAdded& v) { (*this)(v.id, v.cluster); }
  void fill(lock::MembersChanged&) {}
  void fill(lock::Transferred& v) { fill(v.leader); }
  void fill(lock::SnapshotTaken& v) { (*this)(v.index, v.bytes); }
  void fill(lock::MemberView& v) {
    (*this)(v.id, v.address, v.role, v.promote, v.priority, v.match, v.silent_for, v.installing);
  }
  void fill(lock::Members& v) { (*this)(v.term, v.commit, v.changing, v.members); }
  void fill(lock::Metric& v) { (*this)(v.name, v.help, v.kind, v.value, v.buckets); }
  void fill(lock::Metrics& v) { fill(v.metrics); }

  void fill(wire::PeerHello& v) { (*this)(v.cluster, v.from, v.to, v.address); }
  void fill(wire::ClientRequest& v) {
    (*this)(v.call, v.consistency, v.request);
    // No client asks for a recovery, and for settings only as an operator.
    auto* command = std::get_if<lock::Command>(&v.request);
    if (command != nullptr && (std::holds_alternative<lock::Recover>(*command) ||
                               std::holds_alternative<lock::Configure>(*command))) {
      fill(command->emplace<0>());
    }
  }
  void fill(wire::ServerReply& v) { (*this)(v.call, v.reply); }
};

template <class T>
rc::Gen<T> any() {
  return rc::gen::exec([] {
    T value{};
    Filler()(value);
    return value;
  });
}

}  // namespace generate
