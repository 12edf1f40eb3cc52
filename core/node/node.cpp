#include "core/node/node.hpp"

#include <utility>

#include "core/base/check.hpp"
#include "core/base/overload.hpp"
#include "core/wire/codec.hpp"

namespace node {
namespace {

// A batch larger than this is split over several entries, so that one fits an AppendEntries.
constexpr std::size_t kEntryBytesMax = 512 * 1024;
// While anything can expire, the log clock is written down at least this often: an election then delays an
// expiry by no more than the outage and this.
constexpr std::chrono::milliseconds kTickInterval{60'000};

}  // namespace

base::Result<Recovered> recovered(raft::Recovered raft, const lock::Limits& limits) {
  const auto pieces = std::exchange(raft.pieces, {});
  if (!raft.snapshot.at.index) return Recovered{std::move(raft), lock::Machine(limits)};
  lock::ImageReader reader(limits);
  for (const auto& piece : pieces) {
    if (const auto fed = reader.feed(piece.view()); !fed) return base::Error{fed.error()};
  }
  auto machine = reader.finish();
  if (!machine.ok()) return machine.failure();
  return Recovered{std::move(raft), std::move(machine).value()};
}

Node::Node(Config config, Recovered recovered, Instant now)
    : config_(std::move(config)),
      raft_(config_.raft, std::move(recovered.raft), now),
      machine_(std::move(recovered.machine)),
      applied_(raft_.log().snapshot().at.index) {
  watches_.begin(applied_.value);
}

Effects Node::step(Instant now, std::span<const Input> inputs) {
  counters_.step_inputs.add(inputs.size());
  for (const auto& input : inputs) {
    std::visit(
        base::Overload{[&](const Received& r) { receive(now, r); }, [&](const Submitted& s) { take(s); },
                       [&](const Abandoned& a) { abandon(a.ticket); },
                       [&](const TimerFired&) { raft_.tick(now); },
                       [&](const Durable& d) {
                         raft_.durable(now, d.write);
                         saved(d.write);
                       }},
        input);
  }
  apply_committed();
  follow_leadership();
  for (const Ticket ticket : std::exchange(health_asked_, {})) respond(ticket, health());
  serve(now);
  save_piece();
  shed_some();
  offer_snapshot(now);
  auto output = raft_.flush(now);
  follow_members();
  if (saved_ && !saved_->write) {
    CHECK(output.write);
    saved_->write = output.write->id;
  }
  finish_reads(output);
  tell_watches();
  effects_.write = std::move(output.write);
  effects_.sends = std::move(output.sends);
  effects_.wake_at = wake_at(now);
  return std::exchange(effects_, Effects{});
}

void Node::take(const Submitted& submitted) {
  const Ticket ticket = submitted.ticket;
  std::visit(base::Overload{[&](const lock::Command& command) {
                              batch_.push_back(command);
                              batch_tickets_.push_back(ticket);
                            },
                            [&](const lock::Query& query) {
                              if (std::holds_alternative<lock::GetHealth>(query)) {
                                return health_asked_.push_back(ticket);
                              }
                              new_reads_[submitted.consistency].push_back({ticket, query});
                            },
                            [&](const lock::Admin& request) {
                              admin_.push_back({ticket, request});
                            }},
             submitted.request);
}

void Node::serve(Instant now) {
  serve_admin(now);
  if (raft_.takes_proposals()) {
    propose_batch(now, 0, batch_.size());
    propose_tick(now);
  } else if (!raft_.is_leader()) {
    refuse_batch();
  }
  // What came in while leadership is being handed over waits for its end.
  if (!raft_.is_leader() || raft_.takes_proposals()) {
    batch_.clear();
    batch_tickets_.clear();
  }
  start_reads(now);
}

// One entry for all commands of the step, or as few as the size of an entry allows.
void Node::propose_batch(Instant now, std::size_t begin, std::size_t end) {
  if (begin == end) return;
  const auto from = [&](const auto& list) { return list.begin() + static_cast<std::ptrdiff_t>(begin); };
  const auto to = [&](const auto& list) { return list.begin() + static_cast<std::ptrdiff_t>(end); };
  std::string encoded = wire::encode(std::vector<lock::Command>(from(batch_), to(batch_)));
  if (encoded.size() > kEntryBytesMax && end - begin > 1) {
    const std::size_t middle = begin + (end - begin) / 2;
    propose_batch(now, begin, middle);
    propose_batch(now, middle, end);
    return;
  }
  if (encoded.size() > kEntryBytesMax) {
    // Every server refuses it unread, so its retries get the same answer and it never happens.
    return respond(batch_tickets_[begin],
                   lock::Refused{"a request has at most " + std::to_string(kEntryBytesMax) + " bytes"});
  }
  counters_.batch_commands.add(end - begin);
  const auto at = raft_.propose(now, raft::Command{base::Bytes(std::move(encoded))});
  proposals_[at.index] = {at.term, {from(batch_tickets_), to(batch_tickets_)}};
}

std::optional<base::LogTime> Node::tick_due() const {
  // Until an entry of this term has committed and is applied, the machine may lag behind what others know.
  if (!raft_.commit_is_current() || !raft_.takes_proposals() || applied_ < raft_.commit())
    return std::nullopt;
  const auto expiry = machine_.next_expiry();
  if (!expiry) return std::nullopt;
  const auto stamped = raft_.log().last_stamp();
  const auto interval = stamped + kTickInterval;
  // An entry that is stamped late enough is already on its way.
  return *expiry > stamped && *expiry < interval ? *expiry : interval;
}

void Node::propose_tick(Instant now) {
  const auto due = tick_due();
  if (due && raft_.log_time() >= *due) raft_.propose(now, raft::Noop{});
}

Instant Node::wake_at(Instant now) const {
  // There is more to apply, to write or to send: at once, but let the others have their turn.
  const bool writes = saving_ && raft_.writes_under_way() < 2;
  if (applied_ < raft_.commit() || writes || raft_.wants_snapshot() || !discarded_.empty()) return now;
  const auto due = tick_due();
  if (!due) return raft_.deadline();
  const auto left = *due > raft_.log_time() ? *due - raft_.log_time() : lock::Millis(0);
  return std::min(raft_.deadline(), now + left);
}

// What was under way when leadership was lost may have happened, or may still happen (design rule: unknown,
// never failed).
void Node::follow_leadership() {
  const auto leads = raft_.is_leader() ? std::optional(raft_.term()) : std::nullopt;
  if (!raft_.leader()) {
    bounce_waits();
    bounce_watches();
  }
  if (leads == leads_) return;
  if (leads_) {
    effects_.notes.push_back(SteppedDown{*leads_});
    for (const auto& [index, proposal] : proposals_) {
      for (const Ticket ticket : proposal.tickets) respond(ticket, lock::LeadershipLost{});
    }
    for (const auto& [asked, tickets] : queued_) {
      for (const Ticket ticket : tickets) {
        standing_.erase(ticket);
        respond(ticket, lock::LeadershipLost{});
      }
    }
    proposals_.clear();
    queued_.clear();
  }
  if (leads) effects_.notes.push_back(BecameLeader{*leads});
  leads_ = leads;
}

void Node::follow_members() {
  const auto& configuration = raft_.configuration();
  if (members_ != configuration) {
    members_ = effects_.members = configuration;
    effects_.notes.push_back(Reconfigured{configuration});
  }
  const bool removed = raft_.knows_that_it_left();
  if (removed && !removed_) effects_.notes.push_back(Removed{});
  removed_ = removed;
}

void Node::refuse_batch() {
  for (const Ticket ticket : batch_tickets_) respond(ticket, redirection());
}

}  // namespace node
