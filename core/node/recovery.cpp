#include "core/node/recovery.hpp"

#include <algorithm>
#include <utility>

#include "core/base/check.hpp"
#include "core/node/node.hpp"
#include "core/wire/codec.hpp"

namespace node {
namespace {

// So many tokens nobody has given out since this log ended.
constexpr std::uint64_t kTokensPerEpoch = std::uint64_t{1} << 40;

base::Status apply(lock::Machine& machine, const raft::Entry& entry) {
  std::vector<lock::Command> commands;
  if (const auto* command = std::get_if<raft::Command>(&entry.payload)) {
    auto decoded = wire::decode_commands(command->bytes.view());
    if (!decoded)
      return base::Error{"log entry " + std::to_string(entry.at.index.value) + ": " + decoded.error()};
    commands = std::move(decoded).value();
  }
  machine.apply(entry.stamp, commands);
  return base::Done{};
}

raft::Entry entry_behind(const raft::Position& last, raft::Term term, base::LogTime stamp,
                         raft::Payload payload) {
  return {{last.index.next(), term}, stamp, std::move(payload)};
}

}  // namespace

base::Result<Remains> look_at(base::NodeId self, const std::string& address, raft::Recovered recovered) {
  auto found = node::recovered(std::move(recovered), lock::Limits{});
  if (!found) return found.failure();
  const auto& raft = found->raft;
  auto& machine = found->machine;
  Remains remains{.self = self,
                  .address = address,
                  .hard_state = raft.hard_state,
                  .snapshot = raft.snapshot.at.index,
                  .last = raft.snapshot.at,
                  .stamp = raft.snapshot.stamp,
                  .members = raft.snapshot.configuration};
  for (const auto& entry : raft.entries) {
    if (entry.at.index <= raft.snapshot.at.index) continue;
    const auto status = apply(machine, entry);
    if (!status) return status.failure();
    remains.last = entry.at;
    remains.stamp = entry.stamp;
    if (const auto* members = std::get_if<raft::Configuration>(&entry.payload)) remains.members = *members;
  }
  remains.sessions = machine.sessions().size();
  remains.locks = machine.locks().size();
  remains.records = machine.records().size();
  remains.token = machine.counters().token;
  remains.longest_lease = std::max(lock::Limits{}.ttl_max, machine.limits().ttl_max);
  return remains;
}

lock::Token next_epoch(lock::Token token) {
  return lock::Token((token.value / kTokensPerEpoch + 1) * kTokensPerEpoch);
}

raft::Write refounding(const Remains& remains, lock::Millis grant_after, std::string note) {
  CHECK(remains.last.term <= remains.hard_state.term);
  const auto self = remains.self;
  raft::Member member;
  if (const auto* known = remains.members.find(self)) member.incarnation = known->incarnation;
  member.id = self;
  member.address = remains.address;
  const raft::Configuration alone{{member}, std::max(remains.members.last_id, self)};
  const std::vector<lock::Command> commands{
      lock::Recover{next_epoch(remains.token).value, grant_after, std::move(note)}};

  raft::Write write;
  const auto term = remains.hard_state.term.next();
  write.hard_state = raft::HardState{term, {}};
  write.entries.push_back(entry_behind(remains.last, term, remains.stamp, alone));
  write.entries.push_back(entry_behind(write.entries.back().at, term, remains.stamp,
                                       raft::Command{base::Bytes(wire::encode(commands))}));
  return write;
}

}  // namespace node
