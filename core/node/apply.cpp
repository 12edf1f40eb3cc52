// From committed entries to answers.
#include <utility>

#include "core/base/check.hpp"
#include "core/base/overload.hpp"
#include "core/node/node.hpp"
#include "core/wire/codec.hpp"

namespace node {
namespace {

constexpr std::size_t kCommandsAtOnce = 8192;

}  // namespace

// As much as a step may take; a backlog goes on in the next, which wake_at() asks for at once.
void Node::apply_committed() {
  std::size_t done = 0;
  while (applied_ < raft_.commit() && done < kCommandsAtOnce) {
    applied_ = applied_.next();
    done += apply(raft_.log().at(applied_));
  }
  if (applied_ < raft_.commit()) ++counters_.steps_that_left_a_backlog;
  answer_applied();
}

// Answers how much work that was.
std::size_t Node::apply(const raft::Entry& entry) {
  std::vector<lock::Command> commands;
  if (const auto* command = std::get_if<raft::Command>(&entry.payload)) {
    auto decoded = wire::decode_commands(command->bytes.view());
    // A leader proposed it and the disk's checksum holds: what can't be read now was never ours.
    CHECK(decoded.ok());
    commands = std::move(decoded).value();
    applied_bytes_ += command->bytes.size();
  }
  ++counters_.entries_applied;
  counters_.commands_applied += commands.size();
  auto applied = machine_.apply(entry.stamp, commands);
  watches_.happened(entry.at.index.value, applied.events);
  const auto proposal = proposals_.extract(entry.at.index);
  const bool ours = proposal && proposal.mapped().term == entry.at.term;
  for (auto& answer : applied.answers) deliver(answer, ours ? &proposal.mapped() : nullptr, commands);
  if (proposal && !ours) {
    // Another leader's entry came into its place, and was committed, within one step.
    for (const Ticket ticket : proposal.mapped().tickets) respond(ticket, lock::LeadershipLost{});
  }
  for (auto& event : applied.events) take_note(std::move(event));
  return 1 + commands.size();
}

void Node::answer_queued(const Asked& asked, const lock::Reply& reply) {
  const auto queued = queued_.extract(asked);
  if (!queued) return;
  for (const Ticket ticket : queued.mapped()) {
    standing_.erase(ticket);
    respond(ticket, reply);
  }
}

void Node::deliver(lock::Answer& answer, const Proposal* proposal,
                   const std::vector<lock::Command>& commands) {
  if (!answer.command) return answer_queued(Asked(answer.session, answer.sequence), answer.reply);
  if (!proposal) return;
  const Ticket ticket = proposal->tickets.at(*answer.command);
  if (lock::is_interim(answer.reply)) {
    if (gone_.erase(ticket)) return;
    const auto& command = std::get<lock::Sequenced>(commands.at(*answer.command));
    const Asked asked(command.session, command.sequence);
    // A client may ask again, through this connection or another: each asking is answered.
    queued_[asked].push_back(ticket);
    standing_[ticket] = asked;
  }
  respond(ticket, std::move(answer.reply));
}

void Node::take_note(lock::Event event) {
  if (const auto* changed = std::get_if<lock::StatusChanged>(&event)) answer_waits(changed->name);
  if (const auto* ended = std::get_if<lock::SessionEnded>(&event)) {
    for (;;) {
      const auto at = queued_.lower_bound(Asked(ended->session, lock::Sequence(0)));
      if (at == queued_.end() || at->first.first != ended->session) break;
      answer_queued(Asked(at->first), lock::SessionExpired{});
    }
  }
  effects_.notes.emplace_back(std::move(event));
}

}  // namespace node
