#include "core/base/check.hpp"

#include <algorithm>
#include <set>

#include "core/lock/machine.hpp"
#include "core/lock/modes.hpp"

namespace lock {
namespace {

template <class Item>
bool have_rising_names(const std::vector<Item>& items) {
  const auto falls = [](const Item& a, const Item& b) { return !(a.name < b.name); };
  return !items.empty() && std::adjacent_find(items.begin(), items.end(), falls) == items.end();
}

}  // namespace

void Machine::check_session(SessionId id, const Session& session) const {
  CHECK(id && id <= last_.session);
  CHECK(session.end > stamp_ && session.end <= stamp_ + session.ttl);
  CHECK(session.outcomes.empty() || session.outcomes.begin()->first > session.acknowledged);
  CHECK(session.waiting.empty() || session.waiting.begin()->first > session.acknowledged);
  CHECK(expiries_.entries().contains({session.end, Expiry::Kind::session, id.value}));
  CHECK(session.owner && session.owner <= id && session.taken.size() <= kTakenMax);
  if (session.owner != id) {
    const auto& family = families_.at(session.owner).sessions;
    CHECK(std::binary_search(family.begin(), family.end(), id));
    const auto owner = sessions_.find(session.owner);
    CHECK(owner == sessions_.end() || owner->second.owner == session.owner);
  }
  for (const auto& [sequence, waiting] : session.waiting) {
    CHECK(!session.outcomes.contains(sequence) && have_rising_names(waiting.locks));
    CHECK(waiting.place.arrival > 0 && waiting.place.arrival <= last_.arrival);
    for (const Wanted& wanted : waiting.locks) {
      const WaitQueue& queue = locks_.at(wanted.name).queue;
      const std::size_t ahead = queue.ahead_of(waiting.place);
      CHECK(ahead < queue.size());
      CHECK(queue.begin()[ahead] == (WaitQueue::Waiter{waiting.place, id, sequence, session.owner,
                                                       wanted.mode, waiting.newest, waiting.once}));
    }
  }
  for (const auto& [acquire, token] : session.entries) {
    const auto& entries = holds_.at(token).entries;
    CHECK(std::any_of(entries.begin(), entries.end(), [&, sequence = acquire](const HoldEntry& entry) {
      return entry.session == id && entry.acquire == sequence;
    }));
  }
  session.entries.check();
}

void Machine::check_hold(Token token, const Hold& hold) const {
  CHECK(token && token <= last_.token);
  CHECK(hold.since <= stamp_ && end_of(hold) > stamp_ && have_rising_names(hold.locks));
  CHECK(!blocks_.contains(token) && !hold.entries.empty());
  bool any_detached = false;
  for (const HoldEntry& entry : hold.entries) {
    any_detached = any_detached || entry.detached;
    const auto session = sessions_.find(entry.session);
    CHECK(entry.detached || session != sessions_.end());
    if (session == sessions_.end()) continue;
    CHECK(session->second.owner == hold.owner && session->second.entries.at(entry.acquire) == token);
  }
  CHECK(any_detached == hold.detached_end.has_value());
  for (const Wanted& lock : hold.locks) {
    const Holding* holding = locks_.at(lock.name).find(token);
    CHECK(holding != nullptr && holding->mode == lock.mode && holding->owner == hold.owner);
  }
  if (hold.detached_end)
    CHECK(expiries_.entries().contains({*hold.detached_end, Expiry::Kind::hold, token.value}));
  if (hold.max_end) CHECK(expiries_.entries().contains({*hold.max_end, Expiry::Kind::max, token.value}));
  if (!hold.once) return;
  CHECK(hold.entries.size() == 1 && !any_detached && hold.locks.size() == 1);
  const RecordState* record = find_record(hold.locks.front().name);
  CHECK(record != nullptr && record->state == "running" && record->token == token);
}

void Machine::check_lock(const std::string& name, const LockState& lock) const {
  CHECK(check_name(name).ok() && !lock.idle());
  Token last;
  for (const Holding& holding : lock.holders) {
    CHECK(holding.token > last);
    last = holding.token;
    CHECK(find_hold(name, last) != nullptr);
    CHECK(lock.holders.size() == 1 || go_together(holding.mode, lock.holders.front().mode));
    const auto* counted = std::get_if<Counted>(&holding.mode);
    if (counted != nullptr) CHECK(counted->limit == lock.limit() && lock.holders.size() <= counted->limit);
  }
  WaitQueue::Counts counts;
  std::uint32_t onces = 0, newests = 0;
  const WaitQueue::Waiter* before = nullptr;
  for (const auto& waiter : lock.queue) {
    CHECK(before == nullptr || before->place < waiter.place);
    before = &waiter;
    counts.add(waiter.mode);
    onces += waiter.once;
    newests += waiter.newest;
    CHECK(sessions_.at(waiter.session).waiting.at(waiter.sequence).place == waiter.place);
    const auto* counted = std::get_if<Counted>(&waiter.mode);
    if (counted != nullptr) CHECK(counted->limit == lock.limit());
  }
  CHECK(counts == lock.queue.counts() && onces == lock.queue.onces() && newests == lock.queue.newests());
  if (onces > 0) CHECK(find_record(name) != nullptr && find_record(name)->once);
  last = Token();
  for (const Token token : lock.blocked_by) {
    CHECK(token > last);
    last = token;
    const auto& names = blocks_.at(token).names;
    CHECK(std::binary_search(names.begin(), names.end(), name));
  }
}

void Machine::check_record(const std::string& name, const RecordState& record) const {
  CHECK(check_name(name).ok());
  CHECK(record.revision && record.revision <= last_.revision);
  CHECK(record.written <= stamp_ && record.touched > 0 && record.touched <= last_.touch);
  CHECK((record.attempt == 0) == !record.attempt_token && record.late.size() <= kLateMax);
  CHECK(!record.token || *record.token == record.attempt_token);
  if (record.end) {
    CHECK(*record.end > stamp_);
    const auto at = expiries_.entries().find({*record.end, Expiry::Kind::record, record.revision.value});
    CHECK(at != expiries_.entries().end() && at->second == name);
  }
  if (is_finished(record.state)) CHECK(finished_.at(record.touched) == name);
  const LockState* lock = find_lock(name);
  const bool waited_for = lock != nullptr && lock->queue.onces() > 0;
  if (!record.once) {
    CHECK(record.end && !waited_for);
    return;
  }
  CHECK(record.attempt <= record.once->attempts);
  if (record.state == "running") {
    CHECK(!record.end && record.token && find_hold(name, *record.token) != nullptr);
    CHECK(holds_.at(*record.token).once);
  } else {
    CHECK(record.end.has_value() == !waited_for);
    CHECK(is_finished(record.state) ? !waited_for : record.state == "pending");
    CHECK(record.state != "pending" || record.attempt < record.once->attempts);
  }
}

void Machine::check_expiries() const {
  std::size_t expected = sessions_.size() + blocks_.size();
  for (const auto& [token, hold] : holds_)
    expected += (hold.detached_end ? 1u : 0u) + (hold.max_end ? 1u : 0u);
  for (const auto& [token, block] : blocks_) {
    CHECK(token <= last_.token && block.until > stamp_ && !block.names.empty());
    CHECK(expiries_.entries().contains({block.until, Expiry::Kind::block, token.value}));
    for (const auto& name : block.names) {
      const auto& tokens = locks_.at(name).blocked_by;
      CHECK(std::binary_search(tokens.begin(), tokens.end(), token));
    }
  }
  for (const auto& [name, record] : records_) expected += record.end ? 1 : 0;
  if (rest_) {
    ++expected;
    CHECK(rest_->since <= stamp_ && rest_->until > stamp_);
    CHECK(expiries_.entries().contains({rest_->until, Expiry::Kind::rest, 0}));
  }
  // Each was found, so there is none besides.
  CHECK(expiries_.entries().size() == expected);
}

void Machine::check() const {
  std::uint64_t waiters = 0, bytes = 0, finished = 0;
  for (const auto& [id, session] : sessions_) {
    check_session(id, session);
    waiters += session.waiting.size();
  }
  CHECK(waiters == waiters_);
  std::size_t holdings = 0;
  for (const auto& [token, hold] : holds_) {
    check_hold(token, hold);
    holdings += hold.locks.size();
  }
  std::size_t held = 0, queued = 0, wanted = 0, blocked = 0, blocks = 0;
  for (const auto& [name, lock] : locks_) {
    check_lock(name, lock);
    held += lock.holders.size();
    queued += lock.queue.size();
    blocked += lock.blocked_by.size();
  }
  for (const auto& [id, session] : sessions_) {
    for (const auto& [sequence, waiting] : session.waiting) wanted += waiting.locks.size();
  }
  for (const auto& [token, block] : blocks_) blocks += block.names.size();
  CHECK(held == holdings && queued == wanted && blocked == blocks);
  std::set<Revision> revisions;
  for (const auto& [name, record] : records_) {
    check_record(name, record);
    CHECK(revisions.insert(record.revision).second);
    bytes += name.size() + record.value.size();
    finished += is_finished(record.state) ? 1 : 0;
  }
  CHECK(bytes == record_bytes_ && finished == finished_.size());
  std::uint64_t number = 0;
  for (const auto& [at, entry] : audit_.entries()) {
    CHECK(at > number && at <= last_.audit && entry.before < at);
    number = at;
  }
  std::map<SessionId, std::uint64_t> strangers;
  for (const auto& [token, hold] : holds_) strangers[hold.owner] += hold.acquirer != hold.owner ? 1 : 0;
  for (const auto& [owner, family] : families_) {
    CHECK(strangers[owner] == family.holds && (family.holds > 0 || !family.sessions.empty()));
    for (const SessionId id : family.sessions) CHECK(sessions_.at(id).owner == owner);
  }
  for (const auto& [owner, count] : strangers) CHECK(count == 0 || families_.contains(owner));
  sessions_.check();
  holds_.check();
  blocks_.check();
  locks_.check();
  records_.check();
  families_.check();
  finished_.check();
  audit_.entries().check();
  expiries_.entries().check();
  check_expiries();
}

}  // namespace lock
