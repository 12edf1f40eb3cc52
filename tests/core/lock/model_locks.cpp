// The model's requests for locks, and how they come to their turn.
#include <algorithm>

#include "model.hpp"
#include "model_words.hpp"

namespace lock {

using namespace modelled;

Model::MaybeReply Model::acquire(SessionId id, Sequence sequence, const Acquire& request) {
  if (request.locks.empty() || request.locks.size() > limits_.names_per_request) return Refused{};
  if (request.detached && (*request.detached < limits_.ttl_min || *request.detached > limits_.ttl_max))
    return Refused{};
  if (request.max_hold && (*request.max_hold < limits_.ttl_min || *request.max_hold > limits_.record_ttl_max))
    return Refused{};
  Request wish{id,
               sequence,
               clients_.at(id).owner,
               request.locks,
               0,
               0,
               request.detached,
               request.max_hold,
               request.note,
               request.lock_delay,
               std::holds_alternative<Newest>(request.queueing),
               false};
  std::sort(wish.locks.begin(), wish.locks.end(), [](auto& a, auto& b) { return a.name < b.name; });
  for (std::size_t i = 1; i < wish.locks.size(); ++i) {
    if (wish.locks[i].name == wish.locks[i - 1].name) return Refused{};
  }
  if (const auto* priority = std::get_if<Priority>(&request.queueing)) wish.level = priority->level;
  if (auto reply = reenter(id, wish)) return reply;
  return pursue(wish, request.wait, std::holds_alternative<Barge>(request.queueing), nullptr);
}

Model::MaybeReply Model::reenter(SessionId id, const Request& wish) {
  std::set<Token> tokens;
  std::size_t held = 0;
  bool weak = false, upgrade = false;
  for (const auto& wanted : wish.locks) {
    for (const auto& [token, hold] : holds_) {
      const Wanted* has = find(hold.locks, wanted.name);
      if (hold.owner != wish.owner || has == nullptr) continue;
      tokens.insert(token);
      ++held;
      const bool enough = has->mode == wanted.mode || (std::holds_alternative<Exclusive>(has->mode) &&
                                                       std::holds_alternative<Shared>(wanted.mode));
      weak = weak || !enough;
      upgrade = upgrade ||
                (std::holds_alternative<Shared>(has->mode) && std::holds_alternative<Exclusive>(wanted.mode));
    }
  }
  if (held == 0) return std::nullopt;
  if (held < wish.locks.size() || tokens.size() > 1) return Refused{};
  const Token token = *tokens.begin();
  Grant& hold = holds_.at(token);
  if (hold.once) return Refused{};
  if (upgrade) return Deadlock{};
  if (weak || hold.entries.size() >= limits_.entries_per_hold) return Refused{};
  hold.entries.emplace_back(id, wish.sequence, wish.detached.has_value());
  if (wish.detached) hold.detached_end = std::max(hold.detached_end.value_or(now_), now_ + *wish.detached);
  for (const auto& wanted : wish.locks)
    note(wanted.name, "re-entered", token, clients_.at(id).who, wish.note);
  Granted granted{token, lease(hold, id, wish.detached.has_value()), false, hold.max_end};
  granted.entries = static_cast<std::uint32_t>(hold.entries.size());
  return granted;
}

std::set<std::string> Model::names_in_use() const {
  std::set<std::string> names;
  for (const auto& [token, hold] : holds_) {
    for (const auto& lock : hold.locks) names.insert(lock.name);
  }
  for (const auto& request : line_) {
    for (const auto& lock : request.locks) names.insert(lock.name);
  }
  for (const auto& [token, ban] : bans_) names.insert(ban.names.begin(), ban.names.end());
  return names;
}

Model::MaybeReply Model::pursue(Request wish, bool wait, bool barge, const Once* once) {
  const auto names = [](const Request& request) {
    std::vector<std::string> all;
    for (const auto& lock : request.locks) all.push_back(lock.name);
    return all;
  };
  const auto in_use = names_in_use();
  std::size_t unknown = 0;
  for (const auto& wanted : wish.locks) {
    unknown += !in_use.contains(wanted.name);
    const auto differs = [&](const Wanted* other) {
      return other != nullptr && other->mode.index() == 2 && wanted.mode.index() == 2 &&
             other->mode != wanted.mode;
    };
    for (const auto& [token, hold] : holds_) {
      if (differs(find(hold.locks, wanted.name))) return Refused{};
    }
    for (const auto& request : line_) {
      if (differs(find(request.locks, wanted.name))) return Refused{};
      const bool coalesces = request.newest && wish.newest && names(request) == names(wish);
      if (request.owner == wish.owner && find(request.locks, wanted.name) != nullptr && !coalesces)
        return Refused{};
    }
  }
  if (unknown > 0 && in_use.size() + unknown > limits_.locks) return Refused{};
  if (once != nullptr && !records_.contains(once->name) && !make_room(once->name, 0, false)) return Refused{};

  const Model as_it_was = *this;
  wish.arrival = arrivals_ + 1;
  const auto begin = [&] {
    if (once == nullptr || records_.contains(once->name)) return;
    make_room(once->name, 0, true);
    Status status;
    status.record.state = "pending";
    status.record.writer = clients_.at(wish.session).who;
    status.end = now_ + once->keep;
    status.once = *once;
    put(once->name, status, wish.session);
  };
  bool now = !rest_ && (grantable(wish) || (barge && !owner_waits(wish.owner) && grantable(wish, false)));
  if (!now && !wait) {
    if (rest_ && grantable(wish)) return Refused{};
    return Held{};
  }
  std::vector<Request> superseded;
  if (wish.newest && wait && !now) {
    for (const auto& request : std::vector<Request>(line_)) {
      if (!request.newest || names(request) != names(wish)) continue;
      superseded.push_back(request);
      drop(request);
    }
    now = !superseded.empty() && !rest_ && grantable(wish);
  }
  if (!now) {
    if (line_.size() >= limits_.waiters) return *this = as_it_was, Refused{};
    for (const auto& wanted : wish.locks) {
      const auto waiting = std::count_if(line_.begin(), line_.end(), [&](const Request& request) {
        return find(request.locks, wanted.name) != nullptr;
      });
      if (static_cast<std::size_t>(waiting) >= limits_.waiters_per_lock) return *this = as_it_was, Refused{};
    }
  }
  const bool barges = now && barge && !owner_waits(wish.owner);
  line_.push_back(wish);
  if (!barges && deadlocked(wish.owner)) return *this = as_it_was, Deadlock{};
  ++arrivals_;
  for (const auto& request : superseded) {
    const auto& by = clients_.at(wish.session).who;
    for (const auto& lock : request.locks)
      note(lock.name, "superseded", {}, clients_.at(request.session).who, "by " + by);
    answer_late(request.session, request.sequence, Superseded{by});
  }
  begin();
  if (!now) return see_to_pending(wish.locks.front().name), std::nullopt;
  line_.pop_back();
  return grant(wish, false);
}

bool Model::owner_waits(SessionId owner) const {
  return std::any_of(line_.begin(), line_.end(), [&](const Request& r) { return r.owner == owner; });
}
bool Model::waits(SessionId session, Sequence sequence) const {
  return std::any_of(line_.begin(), line_.end(),
                     [&](const Request& r) { return r.session == session && r.sequence == sequence; });
}

std::vector<const Model::Request*> Model::before(const Request& request) const {
  std::vector<const Request*> found;
  for (const auto& other : line_) {
    if (other.level > request.level || (other.level == request.level && other.arrival < request.arrival))
      found.push_back(&other);
  }
  return found;
}

bool Model::hindered(const Request& request, const Wanted& wanted, bool by_waiters) const {
  std::size_t users = 0;
  for (const auto& [token, ban] : bans_) {
    if (ban.names.contains(wanted.name)) return true;
  }
  const auto meets = [&](const Wanted* other) {
    users += other != nullptr;
    return other != nullptr && clash(other->mode, wanted.mode);
  };
  for (const auto& [token, hold] : holds_) {
    if (meets(find(hold.locks, wanted.name))) return true;
  }
  if (by_waiters) {
    for (const auto* other : before(request)) {
      if (meets(find(other->locks, wanted.name))) return true;
    }
  }
  const auto* counted = std::get_if<Counted>(&wanted.mode);
  return counted != nullptr && users >= counted->limit;
}

bool Model::grantable(const Request& request, bool by_waiters) const {
  return std::none_of(request.locks.begin(), request.locks.end(),
                      [&](const Wanted& wanted) { return hindered(request, wanted, by_waiters); });
}

bool Model::somebody_waits_in_vain() const {
  return !rest_ && std::any_of(line_.begin(), line_.end(), [&](const Request& r) { return grantable(r); });
}

// Whom among the stuck it waits for.
std::set<SessionId> Model::hindering(const Request& request, const std::set<SessionId>& stuck) const {
  std::set<SessionId> all;
  for (const auto& wanted : request.locks) {
    std::set<SessionId> users;
    const auto look = [&](SessionId owner, const std::vector<Wanted>& locks) {
      const Wanted* has = find(locks, wanted.name);
      if (has == nullptr || !stuck.contains(owner)) return;
      (clash(has->mode, wanted.mode) ? all : users).insert(owner);
    };
    for (const auto& [token, hold] : holds_) look(hold.owner, hold.locks);
    for (const auto* other : before(request)) look(other->owner, other->locks);
    const auto* counted = std::get_if<Counted>(&wanted.mode);
    if (counted != nullptr && users.size() >= counted->limit) all.merge(users);
  }
  return all;
}

bool Model::deadlocked(SessionId owner) const {
  std::set<SessionId> stuck;
  for (const auto& request : line_) stuck.insert(request.owner);
  for (bool changed = true; changed;) {
    std::set<SessionId> still;
    for (const auto& request : line_) {
      if (stuck.contains(request.owner) && !hindering(request, stuck).empty()) still.insert(request.owner);
    }
    changed = still != stuck;
    stuck = still;
  }
  std::set<SessionId> reached;
  for (bool changed = true; changed;) {
    changed = false;
    for (const auto& request : line_) {
      if (!stuck.contains(request.owner)) continue;
      if (request.owner != owner && !reached.contains(request.owner)) continue;
      for (const auto next : hindering(request, stuck)) changed = reached.insert(next).second || changed;
    }
  }
  return stuck.contains(owner) && reached.contains(owner);
}

void Model::settle() {
  for (const auto& name : std::exchange(freed_, {})) {
    if (rest_) continue;
    for (;;) {
      std::vector<Request> line;
      for (const auto& request : line_) {
        if (find(request.locks, name) != nullptr && grantable(request)) line.push_back(request);
      }
      if (line.empty()) break;
      const Request first =
          *std::min_element(line.begin(), line.end(), [](const Request& a, const Request& b) {
            return a.level != b.level ? a.level > b.level : a.arrival < b.arrival;
          });
      std::erase_if(line_, [&](const Request& r) { return r.arrival == first.arrival; });
      answer_late(first.session, first.sequence, grant(first, true));
    }
  }
}

Granted Model::grant(const Request& request, bool waited) {
  const Token token(++tokens_);
  const Client& client = clients_.at(request.session);
  Grant hold{request.owner,
             client.who,
             request.note,
             now_,
             request.locks,
             {{request.session, request.sequence, request.detached.has_value()}},
             {},
             {},
             request.delay,
             request.once};
  if (request.detached) hold.detached_end = now_ + *request.detached;
  if (request.max_hold) hold.max_end = now_ + *request.max_hold;
  Granted granted{token, lease(hold, request.session, request.detached.has_value()), waited, hold.max_end};
  if (request.once) {
    Status status = records_.at(request.locks.front().name);
    status.record.state = "running";
    status.record.code.reset();
    status.record.writer = client.who;
    status.record.token = status.attempt_token = token;
    granted.attempt = static_cast<std::uint32_t>(++status.record.attempt);
    status.end.reset();
    put(request.locks.front().name, status, request.session);
  }
  holds_[token] = hold;
  for (const auto& lock : request.locks) {
    out_.events.push_back(LockGranted{lock.name, token, request.session, bytes(client.who), granted.attempt});
    note(lock.name, "granted", token, client.who, request.note);
  }
  return granted;
}

}  // namespace lock
