#include "sim/check/model_lock.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

#include "core/base/overload.hpp"

namespace check {

namespace {

constexpr std::uint64_t free_lock = 0;
constexpr std::uint64_t held = 1;
constexpr std::uint64_t held_unknown = 2;  // nobody was told: it may end at any time

Token last_token(const LockModel::State& state) {
  return state[0] >> 2;
}
std::uint64_t hold(const LockModel::State& state) {
  return state[0] & 3;
}
void set_hold(LockModel::State& state, Token token, std::uint64_t how) {
  state[0] = token << 2 | how;
}

bool same_content(const StatusSet& written, const RecordSeen& seen) {
  return written.state == seen.state && written.code == seen.code && written.value == seen.value &&
         written.token == seen.token;
}

}  // namespace

// One operation taking effect: what it demands of the state, and what becomes of it. After an unmet demand ok
// is false.
struct LockModel::Attempt {
  const LockModel& model;
  State state;
  std::uint32_t item;
  Timeline::Place place;
  std::vector<State>& out;
  bool ok = true;

  bool reached(std::uint32_t mark) const { return model.mark_places_[mark] < place; }

  void need_live(Token token) { ok &= hold(state) != free_lock && last_token(state) == token; }
  void need_any_live() { ok &= hold(state) != free_lock; }
  void need_free() {
    if (hold(state) == free_lock) return;
    const auto expires = model.expires_.find(last_token(state));
    ok &= hold(state) == held_unknown || (expires != model.expires_.end() && reached(expires->second));
    set_hold(state, last_token(state), free_lock);
  }
  void need_not_live(Token token) {
    if (last_token(state) == token) need_free();
  }
  void need_record() { ok &= state[2] != 0; }
  void need_no_record() {
    if (state[2] == 0) return;
    const auto vanishes = model.vanishes_.find(static_cast<std::uint32_t>(state[2] - 1));
    ok &= vanishes != model.vanishes_.end() && reached(vanishes->second);
    state[2] = 0;
  }
  void need_revision(Revision revision) {
    if (revision == 0) return need_no_record();
    need_record();
    ok &= state[1] == revision;
  }
  void done() {
    if (ok) out.push_back(state);
  }
};

LockModel::LockModel(std::span<const Item> items) : items_(items.begin(), items.end()) {
  for (const auto& item : items_) learn(item);
  tokens_.settle();
  revisions_.settle();
  std::int64_t last = std::numeric_limits<std::int64_t>::min();
  for (const auto& item : items_) last = std::max({last, item.start(), item.operation->end.value_or(last)});
  for (std::uint32_t i = 0; i < items_.size(); ++i) {
    const Item& item = items_[i];
    if (const auto* expire = std::get_if<Expire>(&item.operation->op)) {
      const auto id = static_cast<std::uint32_t>(marks_.size());
      const auto [known, fresh] = expires_.try_emplace(expire->token, id);
      if (!fresh) {
        marks_[known->second].time = std::min(marks_[known->second].time, item.start());
      } else {
        marks_.push_back({item.start(), id});
      }
    }
    if (std::holds_alternative<StatusSet>(item.operation->op) && earliest_end(item) <= last) {
      vanishes_[i] = static_cast<std::uint32_t>(marks_.size());
      marks_.push_back({earliest_end(item), static_cast<std::uint32_t>(marks_.size())});
    }
  }
  for (std::uint32_t i = 0; i < items_.size(); ++i) traits_.push_back(traits_of(items_[i], i));
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
             },
             operation.op);
  if (const auto* granted = outcome<Granted>(operation)) tokens_.give(granted->token);
  if (const auto* written = outcome<StatusWritten>(operation)) revisions_.give(written->revision);
  if (const auto* differs = outcome<RevisionDiffers>(operation)) saw_revision(differs->actual, true);
  if (const auto* seen = outcome<StatusSeen>(operation)) {
    if (seen->holder) saw_token(*seen->holder, true);
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
  const bool given_up = acquire && acquire->wait && outcome<NotGranted>(operation);
  traits.placed =
      !std::holds_alternative<Expire>(operation.op) && !given_up && !(traits.reads && item.is_optional());
  // Grants that nobody was told of are alike; of all else tokens and revisions make nearly everything
  // different.
  traits.kind = acquire && !operation.ret ? 0 : number + 1;
  return traits;
}

void LockModel::step(const State& state, std::uint32_t item, Timeline::Place place,
                     std::vector<State>& out) const {
  Attempt attempt{*this, state, item, place, out};
  const Operation& operation = *items_[item].operation;
  std::visit(base::Overload{
                 [&](const Acquire& o) { acquire(attempt, o, operation); },
                 [&](const Release& o) { release(attempt, o, operation); },
                 [&](const Renew& o) { ask(attempt, o.token, operation); },
                 [&](const CheckHold& o) { ask(attempt, o.token, operation); },
                 [&](const StatusSet& o) { set(attempt, o, operation); },
                 [&](const StatusClear& o) { clear(attempt, o, operation); },
                 [&](const StatusGet&) { get(attempt, operation); },
                 [](const Expire&) {},
                 [](const Read&) {},
                 [](const Write&) {},
                 [](const Cas&) {},
                 [](const Get&) {},
                 [](const Put&) {},
                 [](const Append&) {},
             },
             operation.op);
}

void LockModel::acquire(Attempt& attempt, const Acquire&, const Operation& operation) const {
  if (outcome<NotGranted>(operation)) {
    attempt.need_any_live();
    return attempt.done();
  }
  attempt.need_free();
  if (const auto* granted = outcome<Granted>(operation)) {
    attempt.ok &= granted->token > last_token(attempt.state);
    set_hold(attempt.state, granted->token, held);
    return attempt.done();
  }
  for (const auto token : tokens_.unknown_after(last_token(attempt.state))) {
    set_hold(attempt.state, token, held_unknown);
    attempt.done();
  }
}

void LockModel::release(Attempt& attempt, const Release& op, const Operation& operation) const {
  const auto* stood = outcome<Stood>(operation);
  if (stood && !stood->yes) {
    attempt.need_not_live(op.token);
  } else {
    attempt.need_live(op.token);
    set_hold(attempt.state, op.token, free_lock);
  }
  attempt.done();
}

void LockModel::ask(Attempt& attempt, Token token, const Operation& operation) const {
  const auto* stood = outcome<Stood>(operation);
  if (!stood) return;
  stood->yes ? attempt.need_live(token) : attempt.need_not_live(token);
  attempt.done();
}

void LockModel::set(Attempt& attempt, const StatusSet& op, const Operation& operation) const {
  if (outcome<StaleToken>(operation)) {
    attempt.ok &= op.token.has_value();
    if (op.token) attempt.need_not_live(*op.token);
    return attempt.done();
  }
  if (const auto* differs = outcome<RevisionDiffers>(operation)) {
    attempt.ok &= op.if_revision && *op.if_revision != differs->actual;
    attempt.need_revision(differs->actual);
    return attempt.done();
  }
  if (op.token) attempt.need_live(*op.token);
  if (op.if_revision) attempt.need_revision(*op.if_revision);
  attempt.state[2] = attempt.item + 1;
  if (const auto* written = outcome<StatusWritten>(operation)) {
    attempt.ok &= written->revision > attempt.state[1];
    attempt.state[1] = written->revision;
    return attempt.done();
  }
  for (const auto revision : possible_revisions(attempt.state, op)) {
    attempt.state[1] = revision;
    attempt.done();
  }
}

// A revision whose record somebody saw stands for that content only.
std::vector<Revision> LockModel::possible_revisions(const State& state, const StatusSet& op) const {
  auto revisions = revisions_.unknown_after(state[1]);
  std::erase_if(revisions, [&](Revision revision) {
    const auto record = records_seen_.find(revision);
    return record != records_seen_.end() && !same_content(op, record->second);
  });
  return revisions;
}

void LockModel::clear(Attempt& attempt, const StatusClear& op, const Operation& operation) const {
  const auto* cleared = outcome<Cleared>(operation);
  if (const auto* differs = outcome<RevisionDiffers>(operation)) {
    attempt.ok &= op.if_revision && *op.if_revision != differs->actual;
    attempt.need_revision(differs->actual);
  } else if (cleared && !cleared->existed) {
    attempt.need_no_record();
  } else {
    attempt.need_record();
    attempt.ok &= !op.if_revision || *op.if_revision == attempt.state[1];
    attempt.state[2] = 0;
  }
  attempt.done();
}

void LockModel::get(Attempt& attempt, const Operation& operation) const {
  const auto* seen = outcome<StatusSeen>(operation);
  if (!seen) return;
  seen->holder ? attempt.need_live(*seen->holder) : attempt.need_free();
  if (!seen->record) {
    attempt.need_no_record();
    return attempt.done();
  }
  attempt.need_revision(seen->record->revision);
  if (!attempt.ok || attempt.state[2] == 0) return;
  const Operation& writer = *items_[attempt.state[2] - 1].operation;
  attempt.ok &= same_content(std::get<StatusSet>(writer.op), *seen->record);
  attempt.done();
}

bool LockModel::fits(const Operation& operation) {
  const auto& ret = operation.ret;
  if (std::holds_alternative<Expire>(operation.op)) return !ret;
  const bool foreign =
      std::holds_alternative<Read>(operation.op) || std::holds_alternative<Write>(operation.op) ||
      std::holds_alternative<Cas>(operation.op) || std::holds_alternative<Get>(operation.op) ||
      std::holds_alternative<Put>(operation.op) || std::holds_alternative<Append>(operation.op);
  if (foreign || !ret) return !foreign;
  if (std::holds_alternative<Acquire>(operation.op))
    return outcome<Granted>(operation) || outcome<NotGranted>(operation);
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
