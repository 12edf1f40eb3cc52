// The model's holds, and what it shows.
#include <algorithm>

#include "model.hpp"
#include "model_words.hpp"

namespace lock {

using namespace modelled;

Lease Model::lease(const Grant& hold, SessionId session, bool detached) const {
  const LogTime end = detached ? *hold.detached_end : clients_.at(session).end;
  return {now_, hold.max_end ? std::min(end, *hold.max_end) : end};
}

LogTime Model::end_of(const Grant& hold) const {
  LogTime end = hold.detached_end.value_or(LogTime{});
  for (const auto& [session, acquire, detached] : hold.entries) {
    if (!detached) end = std::max(end, clients_.at(session).end);
  }
  return hold.max_end ? std::min(end, *hold.max_end) : end;
}

void Model::end_session(SessionId id, bool expired) {
  const Client client = clients_.at(id);
  clients_.erase(id);
  out_.events.push_back(SessionEnded{id, expired});
  for (const auto& request : std::vector<Request>(line_)) {
    if (request.session != id) continue;
    drop(request);
    out_.answers.push_back({std::nullopt, id, request.sequence, SessionExpired{}});
  }
  const auto holds = holds_;
  // In the order in which it entered them.
  std::map<Sequence, Token> entered;
  for (const auto& [token, hold] : holds) {
    for (const auto& [session, acquire, detached] : hold.entries) {
      if (session == id && !detached) entered[acquire] = token;
    }
  }
  for (const auto& [acquire, token] : entered) {
    auto& entries = holds_.at(token).entries;
    std::erase_if(entries, [&, gone = acquire](const auto& e) {
      return std::get<0>(e) == id && std::get<1>(e) == gone;
    });
    if (entries.empty())
      end_hold(token, expired ? EndReason::session_expired : EndReason::session_closed, id, {}, {}, {});
  }
}

void Model::end_hold(Token token, EndReason reason, SessionId session, const std::string& why,
                     const std::string& taken, SessionId knows, bool is_finished) {
  const Grant hold = holds_.at(token);
  holds_.erase(token);
  for (const auto& [whose, acquire, detached] : hold.entries) {
    if (taken.empty() || detached || whose == knows || !clients_.contains(whose)) continue;
    auto& list = clients_.at(whose).taken;
    list.emplace_back(token, acquire, taken);
    if (list.size() > 64) list.erase(list.begin());
  }
  const bool unclean = reason == EndReason::session_expired || reason == EndReason::lease_expired ||
                       reason == EndReason::over_max;
  const char* const words[] = {"released", "closed", "expired", "expired", "over-max", "broken"};
  for (const auto& lock : hold.locks) {
    if (unclean && hold.delay > Millis(0)) {
      bans_[token].until = now_ + hold.delay;
      bans_[token].names.insert(lock.name);
    }
    out_.events.push_back(HoldEnded{lock.name, token, session, reason, bytes(hold.who)});
    note(lock.name, words[static_cast<int>(reason)], token, hold.who, why);
    freed_.insert(lock.name);
  }
  if (!hold.once || is_finished) return;
  const auto& name = hold.locks.front().name;
  Status status = records_.at(name);
  status.record.state = status.record.attempt < status.once->attempts ? "pending" : "lost";
  status.end = now_ + status.once->keep;
  put(name, status, session);
  conclude(name);
}

void Model::drop(const Request& request) {
  const Request gone = request;
  std::erase_if(line_, [&](const Request& r) { return r.arrival == gone.arrival; });
  for (const auto& lock : gone.locks) freed_.insert(lock.name);
  if (gone.once) see_to_pending(gone.locks.front().name);
}

Model::Grant* Model::live(const std::string& name, Token token) {
  const auto at = holds_.find(token);
  return at == holds_.end() || find(at->second.locks, name) == nullptr ? nullptr : &at->second;
}

Reply Model::release(SessionId id, const Release& request) {
  Client& client = clients_.at(id);
  std::erase_if(client.taken, [&](const auto& t) { return std::get<0>(t) == request.token; });
  if (const Grant* hold = live(request.name, request.token)) {
    const bool his = std::any_of(hold->entries.begin(), hold->entries.end(),
                                 [&](const auto& e) { return std::get<0>(e) == id; });
    end_hold(request.token, EndReason::released, std::get<0>(hold->entries.back()),
             his ? "" : "by " + client.who, "released by " + client.who, id);
    return Released{};
  }
  const auto ban = bans_.find(request.token);
  if (ban == bans_.end() || !ban->second.confirmable || !ban->second.names.contains(request.name))
    return NotHeld{};
  freed_.merge(ban->second.names);
  bans_.erase(ban);
  return Released{};
}

Reply Model::leave(SessionId id, const Leave& request) {
  auto& taken = clients_.at(id).taken;
  std::erase_if(taken, [&](const auto& t) { return std::get<1>(t) == request.acquire; });
  for (auto& [token, hold] : holds_) {
    const auto gone = std::erase_if(hold.entries, [&](const auto& e) {
      return std::get<0>(e) == id && std::get<1>(e) == request.acquire;
    });
    if (gone == 0) continue;
    if (hold.entries.empty()) {
      end_hold(token, EndReason::released, id, {}, {}, {});
    } else if (std::none_of(hold.entries.begin(), hold.entries.end(),
                            [](const auto& e) { return std::get<2>(e); })) {
      hold.detached_end.reset();
    }
    return Released{};
  }
  return NotHeld{};
}

Reply Model::downgrade(const Downgrade& request) {
  Grant* hold = live(request.name, request.token);
  if (hold == nullptr) return NotHeld{};
  if (hold->once) return Refused{};
  for (auto& lock : hold->locks) {
    if (lock.name != request.name || lock.mode.index() == 1) continue;
    if (lock.mode.index() == 2) return Refused{};
    lock.mode = Shared{};
    note(request.name, "downgraded", request.token, hold->who, {});
    freed_.insert(request.name);
  }
  return Downgraded{};
}

Reply Model::break_hold(SessionId id, const Break& request) {
  const Grant* hold = live(request.name, request.token);
  if (hold == nullptr) return NotHeld{};
  const LogTime end = end_of(*hold);
  if (!request.now) {
    Ban ban{end, {}, true};
    for (const auto& lock : hold->locks) ban.names.insert(lock.name);
    bans_[request.token] = ban;
  }
  const std::string by = clients_.at(id).who + ": " + request.reason;
  end_hold(request.token, EndReason::broken, std::get<0>(hold->entries.back()), by, "broken by " + by, {});
  return Broken{request.now ? Millis(0) : left(now_, end)};
}

Reply Model::renew(const Renew& request) {
  if (request.ttl < limits_.ttl_min || request.ttl > limits_.ttl_max) return Refused{};
  Grant* hold = live(request.name, request.token);
  if (hold == nullptr) return NotHeld{};
  if (!hold->detached_end) return Refused{};
  hold->detached_end = std::max(*hold->detached_end, now_ + request.ttl);
  return Renewed{lease(*hold, {}, true)};
}

void Model::note(const std::string& name, const std::string& what, Token token, const std::string& who,
                 const std::string& why) {
  ++notes_;
  for (int i = 0; i < 2 && !trail_.empty() && trail_.size() >= limits_.audit_entries; ++i)
    trail_.erase(trail_.begin());
  if (limits_.audit_entries > 0) trail_.push_back({notes_, name, what, token, who, why, now_});
}

void Model::answer_late(SessionId id, Sequence sequence, const Reply& reply, const std::string& once_name) {
  Client& client = clients_.at(id);
  client.outcomes[sequence] = reply;
  if (!once_name.empty()) client.ended[sequence] = once_name;
  out_.answers.push_back({std::nullopt, id, sequence, tell(client, sequence)});
}

NameView Model::view(const std::string& name, LogTime now) const {
  NameView view;
  view.name = name;
  for (const auto& [token, hold] : holds_) {
    const Wanted* has = find(hold.locks, name);
    if (has == nullptr) continue;
    Holder holder{token,
                  hold.who,
                  hold.note,
                  has->mode,
                  hold.detached_end.has_value(),
                  static_cast<std::uint32_t>(hold.entries.size()),
                  left(hold.since, now),
                  left(now, end_of(hold)),
                  {}};
    for (const auto& lock : hold.locks) {
      if (lock.name != name) holder.with.push_back(lock.name);
    }
    view.holders.push_back(holder);
  }
  view.holder_count = view.holders.size();
  for (const auto& request : line_) view.waiters += find(request.locks, name) != nullptr;
  for (const auto& [token, ban] : bans_) {
    if (ban.names.contains(name))
      view.blocked_for = std::max(view.blocked_for.value_or(Millis(0)), left(now, ban.until));
  }
  const auto at = records_.find(name);
  if (at == records_.end()) return view;
  const Status& status = at->second;
  view.record = status.record;
  view.record->age = left(status.written, now);
  if (status.end) view.record->left = left(now, *status.end);
  if (status.once)
    view.record->once = OnceView{status.once->attempts, status.once->on_fail, status.once->input};
  for (auto [late, when] : status.late) {
    late.age = left(when, now);
    view.record->late.push_back(late);
  }
  return view;
}

AuditTrail Model::audit(const std::string& name, LogTime now) const {
  AuditTrail trail;
  for (auto at = trail_.rbegin(); at != trail_.rend(); ++at) {
    if (at->name != name) continue;
    if (trail.entries.size() == limits_.listed) {
      trail.more = true;
      break;
    }
    trail.entries.push_back({at->number, at->what, at->token, at->who, at->why, left(at->at, now)});
  }
  return trail;
}

}  // namespace lock
