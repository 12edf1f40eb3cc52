#include "sim/check/model_lock.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <tuple>

#include "core/base/overload.hpp"

namespace check {

namespace {

// By hold and client.
using Times = std::map<Token, std::map<std::uint64_t, std::int64_t>>;

std::optional<Token> given_back(const Op& op) {
  if (const auto* leave = std::get_if<Leave>(&op)) return leave->token;
  if (const auto* release = std::get_if<Release>(&op)) return release->token;
  return std::nullopt;
}

// Since when whoever was granted an entry has not been granted another one of that hold.
Times last_entered(std::span<const Item> items) {
  Times entered;
  for (const auto& item : items) {
    const auto* granted = outcome<Granted>(*item.operation);
    if (!granted) continue;
    const auto [known, fresh] = entered[granted->token].try_emplace(item.operation->client, item.start());
    known->second = std::max(known->second, item.start());
  }
  return entered;
}

// Until when, at least, each client believed in its hold: until it first gave something back, or stopped
// believing, after its last entry. The hold was alive at that entry, whatever had been before.
Times believed_until(std::span<const Item> items) {
  const auto entered = last_entered(items);
  Times until;
  for (const auto& item : items) {
    const auto* expire = std::get_if<Expire>(&item.operation->op);
    const auto token = expire ? std::optional(expire->token) : given_back(item.operation->op);
    if (!token) continue;
    const auto client = item.operation->client;
    const auto hold = entered.find(*token);
    const bool told = hold != entered.end() && hold->second.contains(client);
    if (told ? item.start() < hold->second.at(client) : !expire) continue;
    const auto [known, fresh] = until[*token].try_emplace(client, item.start());
    known->second = std::min(known->second, item.start());
  }
  return until;
}

}  // namespace

LockModel::LockModel(std::span<const Item> items) : items_(items.begin(), items.end()) {
  std::set<std::uint64_t> limits;
  for (const auto& item : items_) {
    learn(item);
    groups_ |= item.operation->group.has_value();
    if (const auto* acquire = std::get_if<Acquire>(&item.operation->op))
      limits.insert(acquire->mode == Mode::counted ? acquire->limit : 0);
  }
  if (limits.size() == 1 && *limits.begin() != 0) counted_limit_ = *limits.begin();
  tokens_.settle();
  revisions_.settle();
  mark_expiries(items_);
  std::int64_t last = std::numeric_limits<std::int64_t>::min();
  for (const auto& item : items_) last = std::max({last, item.start(), item.operation->end.value_or(last)});
  for (std::uint32_t i = 0; i < items_.size(); ++i) {
    const Item& item = items_[i];
    if (std::holds_alternative<StatusSet>(item.operation->op) && earliest_end(item) <= last) {
      vanishes_[i] = static_cast<std::uint32_t>(marks_.size());
      marks_.push_back({earliest_end(item), static_cast<std::uint32_t>(marks_.size())});
    }
  }
  for (std::uint32_t i = 0; i < items_.size(); ++i) traits_.push_back(traits_of(items_[i], i));
}

// A hold that several clients have entered ends with the last of them.
void LockModel::mark_expiries(std::span<const Item> items) {
  std::map<Token, std::int64_t> first_expired;
  for (const auto& item : items) {
    const auto* expire = std::get_if<Expire>(&item.operation->op);
    if (!expire) continue;
    const auto [known, fresh] = first_expired.try_emplace(expire->token, item.start());
    known->second = std::min(known->second, item.start());
  }
  const auto until = believed_until(items);
  const auto mark = [&](std::int64_t time) {
    const auto id = static_cast<std::uint32_t>(marks_.size());
    marks_.push_back({time, id});
    return id;
  };
  for (const auto& [token, first] : first_expired) {
    std::int64_t ends = first;
    if (const auto believers = until.find(token); believers != until.end()) {
      for (const auto& [client, time] : believers->second) ends = std::max(ends, time);
    }
    const auto delay = delays_ms_.find(token);
    const auto frees = delay == delays_ms_.end() || ends == std::numeric_limits<std::int64_t>::min()
                           ? ends
                           : ends + static_cast<std::int64_t>(delay->second) * 999'000;
    expires_[token] = {mark(ends), mark(first), mark(frees)};
  }
}

void LockModel::meet(const Timeline& timeline) {
  mark_places_.assign(marks_.size(), 0);
  for (Timeline::Place place = 0; place < timeline.events().size(); ++place) {
    const auto& event = timeline.events()[place];
    if (event.what == Timeline::What::mark) mark_places_[event.item] = place;
  }
}

std::int64_t LockModel::earliest_end(const Item& item) {
  constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();
  if (item.loose) return item.start();
  const auto ttl_ms = std::get<StatusSet>(item.operation->op).ttl_ms;
  if (ttl_ms > static_cast<std::uint64_t>(never / 1'000'000)) return never;
  const auto least_ns = static_cast<std::int64_t>(ttl_ms) * 999'000;
  return item.start() > never - least_ns ? never : item.start() + least_ns;
}

// Collects which tokens and revisions somebody saw in force, or named.
void LockModel::learn(const Item& item) {
  const Operation& operation = *item.operation;
  const bool yes = !operation.ret || (outcome<Stood>(operation) && outcome<Stood>(operation)->yes);
  const auto saw_token = [&](Token token, bool in_force) {
    in_force ? tokens_.see(token) : tokens_.name(token);
  };
  const auto saw_revision = [&](Revision revision, bool in_force) {
    in_force&& revision != 0 ? revisions_.see(revision) : revisions_.name(revision);
  };
  std::visit(base::Overload{
                 [](const Acquire&) {},
                 [&](const Release& o) { saw_token(o.token, yes); },
                 [&](const Renew& o) { saw_token(o.token, yes && operation.ret); },
                 [&](const CheckHold& o) { saw_token(o.token, yes && operation.ret); },
                 [&](const StatusSet& o) {
                   const bool written = !operation.ret || outcome<StatusWritten>(operation);
                   if (o.token) saw_token(*o.token, written);
                   if (o.if_revision) saw_revision(*o.if_revision, written);
                 },
                 [&](const StatusClear& o) {
                   if (o.if_revision)
                     saw_revision(*o.if_revision, !operation.ret || outcome<Cleared>(operation));
                 },
                 [](const StatusGet&) {},
                 [&](const Expire& o) { saw_token(o.token, false); },
                 [](const Read&) {},
                 [](const Write&) {},
                 [](const Cas&) {},
                 [](const Get&) {},
                 [](const Put&) {},
                 [](const Append&) {},
                 [&](const Leave& o) { saw_token(o.token, yes), reenters_ |= yes; },
                 [&](const Downgrade& o) { saw_token(o.token, yes); },
                 [&](const Break& o) { saw_token(o.token, yes); },
                 [](const Once&) {},
                 [](const OnceFinish&) {},
             },
             operation.op);
  if (const auto* granted = outcome<Granted>(operation)) {
    if (granted->entries > 1) {
      saw_token(granted->token, true);
      reenters_ = true;
    } else {
      tokens_.give(granted->token);
      const auto delay_ms = std::get<Acquire>(operation.op).lock_delay_ms;
      if (delay_ms > 0) delays_ms_[granted->token] = delay_ms;
    }
  }
  if (const auto* written = outcome<StatusWritten>(operation)) revisions_.give(written->revision);
  if (const auto* differs = outcome<RevisionDiffers>(operation)) saw_revision(differs->actual, true);
  if (const auto* seen = outcome<StatusSeen>(operation)) {
    for (const auto holder : seen->holders) saw_token(holder, true);
    if (seen->record) saw_revision(seen->record->revision, true);
    if (seen->record) records_seen_.try_emplace(seen->record->revision, *seen->record);
  }
}

Traits LockModel::traits_of(const Item& item, std::uint32_t number) {
  const Operation& operation = *item.operation;
  const auto* stood = outcome<Stood>(operation);
  const bool asks =
      std::holds_alternative<Renew>(operation.op) || std::holds_alternative<CheckHold>(operation.op);
  const auto* cleared = outcome<Cleared>(operation);
  const auto* acquire = std::get_if<Acquire>(&operation.op);
  Traits traits;
  traits.reads = asks || std::holds_alternative<StatusGet>(operation.op) || (stood && !stood->yes) ||
                 (cleared && !cleared->existed) || outcome<NotGranted>(operation) ||
                 outcome<StaleToken>(operation) || outcome<RevisionDiffers>(operation);
  traits.placed = !std::holds_alternative<Expire>(operation.op) && !says_nothing(operation) &&
                  !(traits.reads && item.is_optional());
  // Grants that nobody was told of are alike; of all else tokens and revisions make nearly everything
  // different.
  traits.kind = number;
  for (std::uint32_t i = 0; acquire && !operation.ret && i < number; ++i) {
    const auto* other = std::get_if<Acquire>(&items_[i].operation->op);
    if (!other || items_[i].operation->ret || other->mode != acquire->mode ||
        (other->lock_delay_ms > 0) != (acquire->lock_delay_ms > 0) || other->limit != acquire->limit)
      continue;
    traits.kind = i;
    break;
  }
  return traits;
}

// One that was given up, or refused for what it asked. Of several names, another one than this was taken, or
// waited for by a request that waits for yet another.
bool LockModel::says_nothing(const Operation& operation) const {
  const auto* not_granted = outcome<NotGranted>(operation);
  if (!not_granted) return false;
  return std::get<Acquire>(operation.op).wait || not_granted->refused || groups_;
}

bool LockModel::fits(const Operation& operation) {
  const auto& ret = operation.ret;
  if (std::holds_alternative<Expire>(operation.op)) return !ret;
  const bool foreign =
      std::holds_alternative<Read>(operation.op) || std::holds_alternative<Write>(operation.op) ||
      std::holds_alternative<Cas>(operation.op) || std::holds_alternative<Get>(operation.op) ||
      std::holds_alternative<Put>(operation.op) || std::holds_alternative<Append>(operation.op) ||
      std::holds_alternative<Once>(operation.op) || std::holds_alternative<OnceFinish>(operation.op);
  if (foreign || !ret) return !foreign;
  if (std::holds_alternative<Acquire>(operation.op))
    return (outcome<Granted>(operation) && outcome<Granted>(operation)->entries > 0) ||
           outcome<NotGranted>(operation);
  if (std::holds_alternative<StatusGet>(operation.op)) return outcome<StatusSeen>(operation);
  if (std::holds_alternative<StatusClear>(operation.op)) {
    return outcome<Cleared>(operation) || outcome<RevisionDiffers>(operation);
  }
  if (const auto* set = std::get_if<StatusSet>(&operation.op)) {
    return outcome<StatusWritten>(operation) || (outcome<RevisionDiffers>(operation) && set->if_revision) ||
           (outcome<StaleToken>(operation) && set->token);
  }
  return outcome<Stood>(operation);
}

}  // namespace check
