#include <algorithm>

#include "brute_force_object.hpp"

namespace check::test {

namespace {

using Objects = std::vector<Object>;

Holder* find(Object& s, Token token) {
  for (auto& holder : s.holders) {
    if (holder.token == token && holder.live()) return &holder;
  }
  return nullptr;
}
void remove(Object& s, Token token) {
  std::erase_if(s.holders, [&](const Holder& holder) { return holder.token == token; });
}

bool covers(const Holder& holder, const Acquire& op) {
  if (holder.mode == Mode::exclusive) return op.mode != Mode::counted;
  return holder.mode == op.mode && (op.mode != Mode::counted || holder.limit == op.limit);
}

bool grantable(const Object& s, const Acquire& op) {
  for (const auto& holder : s.holders) {
    const bool beside = holder.live() && op.mode != Mode::exclusive && holder.mode == op.mode &&
                        (op.mode != Mode::counted || holder.limit == op.limit);
    if (!beside) return false;
  }
  return op.mode != Mode::counted || s.holders.size() < op.limit;
}

Objects acquire(Object s, const Operation& o) {
  const auto& op = std::get<Acquire>(o.op);
  if (const auto* refused = as<NotGranted>(o)) {
    const bool blocked = std::ranges::any_of(s.holders, [](const Holder& h) { return !h.live(); });
    const bool taken = blocked || s.holders.size() >= s.every_limit.value_or(1);
    return op.wait || refused->refused || taken ? Objects{s} : Objects{};
  }
  Objects all;
  const auto* granted = as<Granted>(o);
  if (granted && granted->entries > 1) {
    auto* holder = find(s, granted->token);
    if (!holder || !covers(*holder, op) || granted->entries != holder->entries + 1) return {};
    ++holder->entries;
    return {s};
  }
  const auto taken = [&](Token token) {
    Object next = s;
    next.token = token;
    next.holders.push_back(
        {token, op.mode, op.limit, 1, 0, granted ? Stands::yes : Stands::nobody_knows, op.lock_delay_ms});
    return next;
  };
  if (grantable(s, op)) {
    if (granted) return granted->token > s.token ? Objects{taken(granted->token)} : Objects{};
    for (Token token = s.token + 1; token <= number_max; ++token) all.push_back(taken(token));
  }
  for (std::size_t i = 0; !granted && i < s.holders.size(); ++i) {
    if (!s.holders[i].live() || !covers(s.holders[i], op)) continue;
    Object next = s;
    ++next.holders[i].entries;
    ++next.holders[i].untold;
    all.push_back(next);
  }
  return all;
}

Objects status_set(Object s, const Operation& o, const StatusSet& op) {
  const Revision now = s.record ? s.revision : 0;
  const bool stale = op.token && !find(s, *op.token);
  const bool differs = op.if_revision && *op.if_revision != now;
  if (as<StaleToken>(o)) return stale ? Objects{s} : Objects{};
  if (const auto* ret = as<RevisionDiffers>(o)) return differs && ret->actual == now ? Objects{s} : Objects{};
  if (stale || differs) return {};
  s.record = &o;
  if (const auto* ret = as<StatusWritten>(o)) {
    if (ret->revision <= s.revision) return {};
    s.revision = ret->revision;
    return {s};
  }
  Objects all;
  for (Revision revision = s.revision + 1; revision <= number_max; ++revision) {
    s.revision = revision;
    all.push_back(s);
  }
  return all;
}

Objects status_clear(Object s, const Operation& o, const StatusClear& op) {
  const Revision now = s.record ? s.revision : 0;
  const bool differs = op.if_revision && *op.if_revision != now;
  if (const auto* ret = as<RevisionDiffers>(o)) return differs && ret->actual == now ? Objects{s} : Objects{};
  if (as<Cleared>(o) && !as<Cleared>(o)->existed) return s.record ? Objects{} : Objects{s};
  if (!s.record || differs) return {};
  s.record = nullptr;
  return {s};
}

Objects status_get(const Object& s, const StatusSeen& seen) {
  std::vector<Token> live;
  for (const auto& holder : s.holders) {
    if (holder.live()) live.push_back(holder.token);
  }
  if (seen.holders != live || seen.record.has_value() != (s.record != nullptr)) return {};
  if (s.record) {
    const auto& set = std::get<StatusSet>(s.record->op);
    if (seen.record != RecordSeen{set.state, set.code, set.value, s.revision, set.token}) return {};
  }
  return {s};
}

// A release, a break or a leave, a downgrade; a check or a renewal changes nothing.
Objects on_token(Object s, const Operation& o, Token token) {
  auto* holder = find(s, token);
  const auto* stood = as<Stood>(o);
  const bool releases = std::holds_alternative<Release>(o.op);
  const auto broken = std::ranges::find_if(
      s.holders, [&](const Holder& h) { return h.token == token && h.stands == Stands::until_confirmed; });
  if (releases && broken != s.holders.end()) {
    if (stood && !stood->yes) return {};
    s.holders.erase(broken);
    return {s};
  }
  if ((stood ? stood->yes : true) != (holder != nullptr)) return {};
  if (!holder) return {s};
  if (releases) remove(s, token);
  if (std::holds_alternative<Leave>(o.op)) {
    --holder->entries;
    holder->untold = std::min(holder->untold, holder->entries);
    if (holder->entries == 0) remove(s, token);
  }
  if (std::holds_alternative<Downgrade>(o.op)) {
    if (holder->mode == Mode::counted) return {};
    holder->mode = Mode::shared;
  }
  if (const auto* op = std::get_if<Break>(&o.op)) {
    const bool known = holder->stands == Stands::yes;
    holder->stands = known ? Stands::until_confirmed : Stands::for_some_time;
    if (op->now) remove(s, token);
  }
  return {s};
}

}  // namespace

std::vector<Object> apply_lock(Object s, const Operation& o) {
  if (std::holds_alternative<Acquire>(o.op)) return acquire(s, o);
  if (const auto* op = std::get_if<Release>(&o.op)) return on_token(s, o, op->token);
  if (const auto* op = std::get_if<Renew>(&o.op)) return on_token(s, o, op->token);
  if (const auto* op = std::get_if<CheckHold>(&o.op)) return on_token(s, o, op->token);
  if (const auto* op = std::get_if<Leave>(&o.op)) return on_token(s, o, op->token);
  if (const auto* op = std::get_if<Downgrade>(&o.op)) return on_token(s, o, op->token);
  if (const auto* op = std::get_if<Break>(&o.op)) return on_token(s, o, op->token);
  if (const auto* op = std::get_if<StatusSet>(&o.op)) return status_set(s, o, *op);
  if (const auto* op = std::get_if<StatusClear>(&o.op)) return status_clear(s, o, *op);
  return o.ret ? status_get(s, *as<StatusSeen>(o)) : std::vector{s};
}

std::optional<std::uint64_t> every_limit(const History& history) {
  std::optional<std::uint64_t> limit;
  for (const auto& o : history) {
    const auto* op = std::get_if<Acquire>(&o.op);
    if (!op) continue;
    const auto one = op->mode == Mode::counted ? op->limit : 0;
    if (limit.value_or(one) != one) return std::nullopt;
    limit = one;
  }
  return limit.value_or(0) == 0 ? std::nullopt : limit;
}

std::optional<Token> ended(const Op& op) {
  if (const auto* expire = std::get_if<Expire>(&op)) return expire->token;
  if (const auto* leave = std::get_if<Leave>(&op)) return leave->token;
  if (const auto* release = std::get_if<Release>(&op)) return release->token;
  return std::nullopt;
}

// When the client first gave something back, or stopped believing, after it was last granted an entry.
std::optional<std::int64_t> believed_until(const History& history, Token token, std::uint64_t client) {
  std::optional<std::int64_t> entered;
  for (const auto& o : history) {
    if (o.client == client && as<Granted>(o) && as<Granted>(o)->token == token)
      entered = std::max(entered.value_or(o.start), o.start);
  }
  std::optional<std::int64_t> until;
  for (const auto& o : history) {
    if (o.client != client || ended(o.op) != token) continue;
    if (entered ? o.start < *entered : !std::holds_alternative<Expire>(o.op)) continue;
    until = std::min(until.value_or(o.start), o.start);
  }
  return until;
}

std::optional<std::int64_t> over_from(const History& history, Token token, bool of_the_first) {
  std::optional<std::int64_t> first;
  for (const auto& o : history) {
    const auto* expire = std::get_if<Expire>(&o.op);
    if (expire && expire->token == token) first = std::min(first.value_or(o.start), o.start);
  }
  if (!first || of_the_first) return first;
  auto from = *first;
  for (const auto& o : history)
    from = std::max(from, believed_until(history, token, o.client).value_or(from));
  return from;
}

std::vector<Ending> drift_lock(const Object& s, const History& history) {
  std::vector<Ending> all;
  for (std::size_t i = 0; i < s.holders.size(); ++i) {
    const auto& holder = s.holders[i];
    Object gone = s;
    gone.holders.erase(gone.holders.begin() + static_cast<std::ptrdiff_t>(i));
    Object fewer = s;
    --fewer.holders[i].entries;
    fewer.holders[i].untold = std::min(holder.untold, std::max<std::uint64_t>(holder.entries, 2) - 2);
    if (holder.entries <= holder.untold) {
      Object delayed = s;
      delayed.holders[i].stands = Stands::for_some_time;
      all.push_back({holder.delay_ms > 0 && holder.live() ? delayed : gone, any_time});
    }
    if (holder.untold > 0 && holder.entries > 1 && holder.live()) {
      Object left = fewer;
      left.holders[i].untold = holder.untold - 1;
      all.push_back({left, any_time});
    }
    const auto over = over_from(history, holder.token, false);
    const auto first = over_from(history, holder.token, true);
    if (holder.stands == Stands::nobody_knows) {
      Object delayed = s;
      delayed.holders[i].stands = Stands::for_some_time;
      all.push_back({holder.delay_ms > 0 ? delayed : gone, any_time});
      if (holder.entries > 1) all.push_back({fewer, any_time});
    } else if (holder.stands == Stands::for_some_time) {
      all.push_back({gone, any_time});
    } else if (over && holder.stands == Stands::until_delay) {
      all.push_back({gone, *over + static_cast<std::int64_t>(holder.delay_ms) * 999'000});
    } else if (over) {
      Object delayed = s;
      delayed.holders[i].stands = Stands::until_delay;
      const bool delays = holder.delay_ms > 0 && holder.stands == Stands::yes;
      all.push_back({delays ? delayed : gone, *over});
      if (holder.entries > 1 && holder.live()) all.push_back({fewer, *first});
    }
  }
  if (s.record) {
    Object gone = s;
    gone.record = nullptr;
    const auto ttl_ms = static_cast<std::int64_t>(std::get<StatusSet>(s.record->op).ttl_ms);
    all.push_back({gone, s.record->start + ttl_ms * 999'000});
  }
  return all;
}

}  // namespace check::test
