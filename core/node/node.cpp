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

Node::Node(Config config, raft::Recovered recovered, Instant now)
    : config_(std::move(config)), raft_(config_.raft, std::move(recovered), now), machine_(config_.limits) {}

Effects Node::step(Instant now, std::span<const Input> inputs) {
  for (const auto& input : inputs) {
    std::visit(base::Overload{[&](const Received& r) { raft_.receive(now, r.from, r.message); },
                              [&](const Submitted& s) { take(s.ticket, s.request); },
                              [&](const Abandoned& a) { abandon(a.ticket); },
                              [&](const TimerFired&) { raft_.tick(now); },
                              [&](const Durable& d) { raft_.durable(now, d.write); }},
               input);
  }
  apply_committed();
  follow_leadership();
  for (const Ticket ticket : std::exchange(health_asked_, {})) respond(ticket, health());
  if (raft_.is_leader()) {
    propose_batch(now, 0, batch_.size());
    propose_tick(now);
    start_reads(now);
  } else {
    refuse_batch();
  }
  batch_.clear();
  batch_tickets_.clear();
  new_reads_.clear();
  auto output = raft_.flush(now);
  finish_reads(output);
  effects_.write = std::move(output.write);
  effects_.sends = std::move(output.sends);
  effects_.wake_at = wake_at(now);
  return std::exchange(effects_, Effects{});
}

void Node::take(Ticket ticket, const lock::Request& request) {
  std::visit(base::Overload{[&](const lock::Command& command) {
                              batch_.push_back(command);
                              batch_tickets_.push_back(ticket);
                            },
                            [&](const lock::Query& query) {
                              if (std::holds_alternative<lock::GetHealth>(query)) {
                                return health_asked_.push_back(ticket);
                              }
                              new_reads_.push_back({ticket, query});
                            }},
             request);
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
  const auto at = raft_.propose(now, raft::Command{base::Bytes(std::move(encoded))});
  proposals_[at.index] = {at.term, {from(batch_tickets_), to(batch_tickets_)}};
}

std::optional<base::LogTime> Node::tick_due() const {
  const auto expiry = machine_.next_expiry();
  // Until an entry of this term has committed, the machine may lag behind what others know.
  if (!expiry || !raft_.commit_is_current()) return std::nullopt;
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
  const auto due = tick_due();
  if (!due) return raft_.deadline();
  const auto left = *due > raft_.log_time() ? *due - raft_.log_time() : lock::Millis(0);
  return std::min(raft_.deadline(), now + left);
}

// What was under way when leadership was lost may have happened, or may still happen (design rule: unknown,
// never failed).
void Node::follow_leadership() {
  const auto leads = raft_.is_leader() ? std::optional(raft_.term()) : std::nullopt;
  if (leads == leads_) return;
  if (leads_) {
    effects_.notes.push_back(SteppedDown{*leads_});
    for (const auto& [index, proposal] : proposals_) {
      for (const Ticket ticket : proposal.tickets) respond(ticket, lock::LeadershipLost{});
    }
    for (const auto& [asked, tickets] : queued_) {
      for (const Ticket ticket : tickets) respond(ticket, lock::LeadershipLost{});
    }
    for (const auto& [name, waits] : watched_) {
      for (const auto& [ticket, wait] : waits) respond(ticket, redirection());
    }
    proposals_.clear();
    queued_.clear();
    watched_.clear();
    standing_.clear();
  }
  if (leads) effects_.notes.push_back(BecameLeader{*leads});
  leads_ = leads;
}

void Node::refuse_batch() {
  for (const Ticket ticket : batch_tickets_) respond(ticket, redirection());
  for (const auto& reading : new_reads_) respond(reading.ticket, redirection());
}

}  // namespace node
