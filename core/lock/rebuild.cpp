#include "core/lock/rebuild.hpp"

#include <algorithm>
#include <utility>

#include "core/lock/modes.hpp"

namespace lock {
namespace {

base::Status verdict(const char* flaw) {
  if (flaw == nullptr) return base::Done{};
  return base::Error{std::string("not the image of a machine: ") + flaw};
}

}  // namespace

base::Status Rebuild::begin(const Head& head) {
  const auto& last = head.counters;
  for (const auto number :
       {last.session.value, last.token.value, last.revision.value, last.arrival, last.touch, last.audit}) {
    if (number >= kTokenEnd.value) return verdict("its numbers are used up");
  }
  Limits limits = machine_.limits_;
  for (const Setting& setting : head.settings) {
    if (!apply_setting(limits, setting)) return verdict("a setting is out of bounds");
  }
  if (settings_of(limits) != head.settings) return verdict("its settings are not those that there are");
  if (head.sessions > widest_.sessions || head.records > widest_.records + 1 ||
      head.audits > widest_.audit_entries)
    return verdict("it is larger than a machine may be");
  machine_.limits_ = limits;
  machine_.stamp_ = head.stamp;
  machine_.last_ = last;
  awaited_ = head;
  if (!head.rest) return base::Done{};
  if (head.rest->since > head.stamp || head.rest->until <= head.stamp ||
      head.rest->until - head.rest->since > 2 * widest_.record_ttl_max)
    return verdict("its rest is over");
  machine_.rest_ = head.rest;
  machine_.expiries_.add({head.rest->until, Expiry::Kind::rest, 0});
  return base::Done{};
}

const char* Rebuild::join_family(SessionId id, const Session& session) {
  if (session.owner == id) return nullptr;
  const auto owner = machine_.sessions_.find(session.owner);
  if (owner != machine_.sessions_.end() && owner->second.owner != session.owner)
    return "an owner is no owner itself";
  auto family = machine_.families_.try_emplace(session.owner).first;
  machine_.families_.edit(family).sessions.push_back(id);
  return nullptr;
}

const char* Rebuild::stand_in_line(SessionId id, const Session& session) {
  for (const auto& [sequence, waiting] : session.waiting) {
    if (!arrivals_.try_emplace(waiting.place.arrival).second) return "two have one place in line";
    for (const Wanted& wanted : waiting.locks) {
      auto at = machine_.locks_.try_emplace(wanted.name).first;
      LockState& lock = machine_.locks_.edit(at);
      const auto limit = lock.limit();
      const auto* counted = std::get_if<Counted>(&wanted.mode);
      if (limit && counted != nullptr && *limit != counted->limit) return "a name has two limits";
      if (waiting.once && lock.queue.onces() == 0) ++waited_records_;
      // Another place than every other: the arrival is.
      lock.queue.insert(
          {waiting.place, id, sequence, session.owner, wanted.mode, waiting.newest, waiting.once});
    }
    ++machine_.waiters_;
  }
  return nullptr;
}

base::Status Rebuild::add(SessionId id, Session session) {
  if (machine_.sessions_.size() >= awaited_.sessions) return verdict("it has more sessions than it says");
  if (id <= last_session_) return verdict("its sessions are out of order");
  if (const char* flaw = flaw_of(id, session)) return verdict(flaw);
  if (const char* flaw = join_family(id, session)) return verdict(flaw);
  if (const char* flaw = stand_in_line(id, session)) return verdict(flaw);
  machine_.expiries_.add({session.end, Expiry::Kind::session, id.value});
  machine_.sessions_.try_emplace(id, std::move(session));
  last_session_ = id;
  return base::Done{};
}

// Into the sessions of its entries.
const char* Rebuild::enter(Token token, const Hold& hold) {
  for (const HoldEntry& entry : hold.entries) {
    auto session = machine_.sessions_.find(entry.session);
    if (session == machine_.sessions_.end()) continue;
    if (!machine_.sessions_.edit(session).entries.try_emplace(entry.acquire, token).second)
      return "one request was granted twice";
  }
  return nullptr;
}

const char* Rebuild::take_names(Token token, const Hold& hold) {
  for (const Wanted& wanted : hold.locks) {
    auto at = machine_.locks_.try_emplace(wanted.name).first;
    LockState& lock = machine_.locks_.edit(at);
    if (!lock.holders.empty() && !go_together(lock.holders.front().mode, wanted.mode))
      return "a name has holders that don't go together";
    const auto* counted = std::get_if<Counted>(&wanted.mode);
    if (counted != nullptr &&
        (lock.limit().value_or(counted->limit) != counted->limit || lock.holders.size() >= counted->limit))
      return "a name has more holders than permits, or two limits";
    lock.holders.push_back({token, hold.owner, wanted.mode});
  }
  return nullptr;
}

base::Status Rebuild::add(Token token, Hold hold) {
  if (machine_.sessions_.size() != awaited_.sessions) return verdict("it lacks sessions");
  if (machine_.holds_.size() >= awaited_.holds) return verdict("it has more holds than it says");
  if (token <= last_token_) return verdict("its holds are out of order");
  if (const char* flaw = flaw_of(token, hold)) return verdict(flaw);
  if (const char* flaw = enter(token, hold)) return verdict(flaw);
  if (const char* flaw = take_names(token, hold)) return verdict(flaw);
  const auto session = machine_.sessions_.find(hold.acquirer);
  if (session != machine_.sessions_.end() && session->second.who == hold.who) hold.who = session->second.who;
  machine_.count_in_family(hold, true);
  if (hold.detached_end) machine_.expiries_.add({*hold.detached_end, Expiry::Kind::hold, token.value});
  if (hold.max_end) machine_.expiries_.add({*hold.max_end, Expiry::Kind::max, token.value});
  if (hold.once) ++waited_runs_;
  machine_.holds_.try_emplace(token, std::move(hold));
  last_token_ = token;
  return base::Done{};
}

base::Status Rebuild::add(Token token, Block block) {
  if (machine_.holds_.size() != awaited_.holds) return verdict("it lacks holds");
  if (machine_.blocks_.size() >= awaited_.blocks) return verdict("it has more blocks than it says");
  if (token <= last_block_) return verdict("its blocks are out of order");
  if (const char* flaw = flaw_of(token, block)) return verdict(flaw);
  for (const auto& name : block.names) {
    auto at = machine_.locks_.try_emplace(name).first;
    machine_.locks_.edit(at).blocked_by.push_back(token);
  }
  machine_.expiries_.add({block.until, Expiry::Kind::block, token.value});
  machine_.blocks_.try_emplace(token, std::move(block));
  last_block_ = token;
  return base::Done{};
}

void Rebuild::share(base::Bytes& writer) {
  if (writer == last_writer_) writer = last_writer_;
  last_writer_ = writer;
}

base::Status Rebuild::add(const std::string& name, RecordState record) {
  if (machine_.sessions_.size() != awaited_.sessions || machine_.holds_.size() != awaited_.holds ||
      machine_.blocks_.size() != awaited_.blocks)
    return verdict("it lacks sessions, holds or blocks");
  if (machine_.records_.size() >= awaited_.records) return verdict("it has more records than it says");
  if (!machine_.records_.empty() && name <= last_name_) return verdict("its records are out of order");
  if (const char* flaw = flaw_of(name, record)) return verdict(flaw);
  if (const char* flaw = flaw_of_once(name, record)) return verdict(flaw);
  const LockState* lock = machine_.find_lock(name);
  if (lock != nullptr && lock->queue.onces() > 0) --waited_records_;
  if (record.once && record.state == "running") --waited_runs_;
  share(record.writer);
  revisions_.try_emplace(record.revision);
  touches_.try_emplace(record.touched);
  if (record.end) machine_.expiries_.add({*record.end, Expiry::Kind::record, record.revision.value}, name);
  machine_.index_record(name, record, true);
  machine_.records_.try_emplace(name, std::move(record));
  last_name_ = name;
  return base::Done{};
}

base::Status Rebuild::add(std::uint64_t number, AuditRecord record) {
  if (machine_.records_.size() != awaited_.records) return verdict("it lacks records");
  if (machine_.audit_.entries().size() >= awaited_.audits)
    return verdict("it has more audit entries than it says");
  if (number <= last_number_ || number > machine_.last_.audit)
    return verdict("its audit entries are out of order");
  if (const char* flaw = flaw_of(record)) return verdict(flaw);
  machine_.audit_.add(number, std::move(record), widest_.audit_entries + 1);
  last_number_ = number;
  return base::Done{};
}

base::Result<Machine> Rebuild::finish() {
  if (machine_.sessions_.size() != awaited_.sessions || machine_.holds_.size() != awaited_.holds ||
      machine_.blocks_.size() != awaited_.blocks || machine_.records_.size() != awaited_.records ||
      machine_.audit_.entries().size() != awaited_.audits)
    return verdict("it is cut short").failure();
  if (waited_records_ > 0 || waited_runs_ > 0) return verdict("a once has no record").failure();
  return std::move(machine_);
}

bool Rebuild::shed(std::size_t elements) {
  return machine_.shed(elements) && arrivals_.shed(elements) && revisions_.shed(elements) &&
         touches_.shed(elements);
}

}  // namespace lock
