#include "sim/check/model_lock.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <tuple>

#include "core/base/overload.hpp"

namespace check {

namespace {

// Of each hold and each client that was granted an entry of it: when it first asked to give back what it had.
using GivenBack = std::map<Token, std::map<std::uint64_t, std::int64_t>>;

GivenBack first_given_back(std::span<const Item> items) {
  std::set<std::pair<Token, std::uint64_t>> entered;
  for (const auto& item : items) {
    if (const auto* granted = outcome<Granted>(*item.operation))
      entered.emplace(granted->token, item.operation->client);
  }
  GivenBack given_back;
  for (const auto& item : items) {
    const auto* leave = std::get_if<Leave>(&item.operation->op);
    const auto* release = std::get_if<Release>(&item.operation->op);
    if (!leave && !release) continue;
    const auto token = leave ? leave->token : release->token;
    const auto client = item.operation->client;
    if (!entered.contains({token, client})) continue;
    const auto [known, fresh] = given_back[token].try_emplace(client, item.start());
    known->second = std::min(known->second, item.start());
  }
  return given_back;
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

// A hold that several clients have entered ends with the last of them. Of those who entered it and never
// stopped believing in it, each believed until it gave something back.
void LockModel::mark_expiries(std::span<const Item> items) {
  std::map<Token, std::map<std::uint64_t, std::int64_t>> starts;
  const auto gave_back = first_given_back(items);
  for (const auto& item : items) {
    const auto* expire = std::get_if<Expire>(&item.operation->op);
    if (!expire) continue;
    const auto [known, fresh] = starts[expire->token].try_emplace(item.operation->client, item.start());
    known->second = std::min(known->second, item.start());
  }
  const auto mark = [&](std::int64_t time) {
    const auto id = static_cast<std::uint32_t>(marks_.size());
    marks_.push_back({time, id});
    return id;
  };
  for (const auto& [token, by_client] : starts) {
    std::int64_t ends = by_client.begin()->second;
    std::int64_t first = ends;
    for (const auto& [client, start] : by_client) {
      ends = std::max(ends, start);
      first = std::min(first, start);
    }
    if (const auto others = gave_back.find(token); others != gave_back.end()) {
      for (const auto& [client, start] : others->second) {
        if (!by_client.contains(client)) ends = std::max(ends, start);
      }
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
