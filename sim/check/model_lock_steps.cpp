// What each operation demands of a lock and its record, and what becomes of them.
#include <algorithm>

#include "core/base/overload.hpp"
#include "sim/check/model_lock.hpp"

namespace check {

namespace {

using State = LockModel::State;

bool covers(const Hold& hold, const Acquire& op) {
  if (hold.mode == Mode::exclusive) return op.mode != Mode::counted;
  return hold.mode == op.mode && (op.mode == Mode::shared || hold.limit == op.limit);
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
  Holds holds;
  bool ok = true;

  bool reached(std::uint32_t mark) const { return model.mark_places_[mark] < place; }
  const Expiry* expiry(Token token) const {
    const auto at = model.expires_.find(token);
    return at == model.expires_.end() ? nullptr : &at->second;
  }
  Hold* find(Token token) {
    const auto at = std::ranges::find(holds, token, &Hold::token);
    return at == holds.end() ? nullptr : &*at;
  }
  Hold* live(Token token) {
    auto* hold = find(token);
    return hold && hold->is_live() ? hold : nullptr;
  }
  void erase(Token token) {
    std::erase_if(holds, [&](const Hold& hold) { return hold.token == token; });
  }

  static bool nobody_knows(const Hold& hold) {
    return hold.life == Life::untold || hold.entries <= hold.untold;
  }
  bool may_end(const Hold& hold) const {
    const auto* known = expiry(hold.token);
    return nobody_knows(hold) || (known && reached(known->ends));
  }
  // Whether some of those entries that somebody was told of may be over.
  bool may_have_fewer(const Hold& hold) const {
    const auto* known = expiry(hold.token);
    return hold.life == Life::untold || (known && reached(known->first));
  }
  // Whether it need not keep others from the name any more.
  bool may_clear(const Hold& hold) const {
    const auto* known = expiry(hold.token);
    if (nobody_knows(hold)) return true;
    if (!known) return hold.life == Life::ended;
    return reached(hold.life == Life::broken ? known->ends : known->frees);
  }

  void need_live(Token token) { ok &= live(token) != nullptr; }
  void need_not_live(Token token) {
    auto* hold = live(token);
    if (!hold) return;
    ok &= may_end(*hold);
    if (model.delays_ms_.contains(token) || hold->delays) {
      hold->life = Life::ended;
    } else {
      erase(token);
    }
  }
  // Every other hold is over.
  void need_only(const std::vector<Token>& tokens) {
    for (const auto& hold : Holds(holds)) {
      if (std::ranges::find(tokens, hold.token) == tokens.end()) need_not_live(hold.token);
    }
  }
  // What can't be held beside it has ended, and of counted ones so many that there is room; `then` for every
  // way in which that can be.
  template <class Then>
  void make_room(const Acquire& op, Then then) {
    for (const auto& hold : Holds(holds)) {
      if (hold.is_live() && go_together(hold, op.mode, op.limit)) continue;
      ok &= may_clear(hold);
      erase(hold.token);
    }
    if (!ok) return;
    const bool full = op.mode == Mode::counted && holds.size() >= op.limit;
    drop(full ? holds.size() - op.limit + 1 : 0, 0, then);
  }
  template <class Then>
  void drop(std::size_t count, std::size_t from, Then then) {
    if (count == 0) return then(*this);
    for (std::size_t i = from; i < holds.size(); ++i) {
      if (!may_clear(holds[i])) continue;
      Attempt next = *this;
      next.holds.erase(next.holds.begin() + static_cast<std::ptrdiff_t>(i));
      next.drop(count - 1, i, then);
    }
  }
  void grant(Token token, const Acquire& op, Life life) {
    holds.push_back({token, op.mode, op.mode == Mode::counted ? op.limit : 1, 1, 0, life,
                     life == Life::untold && op.lock_delay_ms > 0});
    state[0] = token;
  }

  void need_record() { ok &= state[3] != 0; }
  void need_no_record() {
    if (state[3] == 0) return;
    const auto vanishes = model.vanishes_.find(static_cast<std::uint32_t>(state[3] - 1));
    ok &= vanishes != model.vanishes_.end() && reached(vanishes->second);
    state[3] = 0;
  }
  void need_revision(Revision revision) {
    if (revision == 0) return need_no_record();
    need_record();
    ok &= state[2] == revision;
  }
  void done() {
    if (!ok) return;
    state[1] = model.holds_.number(holds);
    out.push_back(state);
  }
};

void LockModel::step(const State& state, std::uint32_t item, Timeline::Place place,
                     std::vector<State>& out) const {
  Attempt attempt{*this, state, item, place, out, holds_.at(state[1])};
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
                 [&](const Leave& o) { leave(attempt, o, operation); },
                 [&](const Downgrade& o) { downgrade(attempt, o, operation); },
                 [&](const Break& o) { break_hold(attempt, o, operation); },
                 [](const Once&) {},
                 [](const OnceFinish&) {},
             },
             operation.op);
}

void LockModel::acquire(Attempt& attempt, const Acquire& op, const Operation& operation) const {
  if (outcome<NotGranted>(operation)) {
    const auto blocks =
        std::ranges::count_if(attempt.holds, [](const Hold& hold) { return !hold.is_live(); });
    attempt.ok &= blocks > 0 || attempt.holds.size() >= counted_limit_.value_or(1);
    return attempt.done();
  }
  const auto* granted = outcome<Granted>(operation);
  if (!granted) return grant_unknown(attempt, op);
  if (granted->entries > 1) return reenter(attempt, op, *granted);
  attempt.ok &= granted->token > attempt.state[0];
  attempt.make_room(op, [&](Attempt next) {
    next.grant(granted->token, op, Life::told);
    next.done();
  });
}

void LockModel::grant_unknown(Attempt& attempt, const Acquire& op) const {
  for (std::size_t i = 0; reenters_ && i < attempt.holds.size(); ++i) {
    if (!attempt.holds[i].is_live() || !covers(attempt.holds[i], op)) continue;
    Attempt next = attempt;
    ++next.holds[i].entries;
    ++next.holds[i].untold;
    next.done();
  }
  attempt.make_room(op, [&](const Attempt& room) {
    for (const auto token : tokens_.unknown_after(room.state[0])) {
      Attempt next = room;
      next.grant(token, op, Life::untold);
      next.done();
    }
  });
}

// Entries of a session that is over are not counted any more.
void LockModel::reenter(Attempt& attempt, const Acquire& op, const Granted& granted) const {
  auto* hold = attempt.live(granted.token);
  if (!hold || !covers(*hold, op)) return;
  const auto all = hold->entries + 1;
  const auto least = attempt.may_have_fewer(*hold) ? 0 : all - hold->untold;
  attempt.ok &= least <= granted.entries && granted.entries <= all;
  // What is gone is of those that nobody was told of where nothing else can be.
  const auto gone = least == 0 ? 0 : all - granted.entries;
  hold->entries = granted.entries;
  hold->untold = std::min(hold->untold - std::min(hold->untold, gone), hold->entries - 1);
  attempt.done();
}

void LockModel::release(Attempt& attempt, const Release& op, const Operation& operation) const {
  const auto* stood = outcome<Stood>(operation);
  const auto* hold = attempt.find(op.token);
  const bool confirms = hold && hold->life == Life::broken;
  if (stood && !stood->yes) {
    attempt.need_not_live(op.token);
    if (confirms) attempt.ok &= attempt.may_clear(*hold);
    if (confirms) attempt.erase(op.token);
  } else {
    attempt.ok &= attempt.live(op.token) || confirms;
    attempt.erase(op.token);
  }
  attempt.done();
}

void LockModel::leave(Attempt& attempt, const Leave& op, const Operation& operation) const {
  const auto* stood = outcome<Stood>(operation);
  if (stood && !stood->yes) {
    attempt.need_not_live(op.token);
    return attempt.done();
  }
  auto* hold = attempt.live(op.token);
  if (!hold) return;
  const bool may_be_last = hold->entries <= hold->untold + 1 || attempt.may_have_fewer(*hold);
  if (hold->entries > 1) {
    Attempt next = attempt;
    auto& left = *next.find(op.token);
    --left.entries;
    left.untold = std::min(left.untold, left.entries);
    next.done();
  }
  if (!may_be_last) return;
  attempt.erase(op.token);
  attempt.done();
}

void LockModel::downgrade(Attempt& attempt, const Downgrade& op, const Operation& operation) const {
  const auto* stood = outcome<Stood>(operation);
  if (stood && !stood->yes) {
    attempt.need_not_live(op.token);
  } else {
    auto* hold = attempt.live(op.token);
    attempt.ok &= hold && hold->mode != Mode::counted;
    if (hold) hold->mode = Mode::shared;
  }
  attempt.done();
}

void LockModel::break_hold(Attempt& attempt, const Break& op, const Operation& operation) const {
  const auto* stood = outcome<Stood>(operation);
  if (stood && !stood->yes) {
    attempt.need_not_live(op.token);
    return attempt.done();
  }
  auto* hold = attempt.live(op.token);
  if (!hold) return;
  if (op.now) {
    attempt.erase(op.token);
  } else {
    hold->life = hold->life == Life::untold ? Life::ended : Life::broken;
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
  attempt.state[3] = attempt.item + 1;
  if (const auto* written = outcome<StatusWritten>(operation)) {
    attempt.ok &= written->revision > attempt.state[2];
    attempt.state[2] = written->revision;
    return attempt.done();
  }
  for (const auto revision : possible_revisions(attempt.state, op)) {
    attempt.state[2] = revision;
    attempt.done();
  }
}

// A revision whose record somebody saw stands for that content only.
std::vector<Revision> LockModel::possible_revisions(const State& state, const StatusSet& op) const {
  auto revisions = revisions_.unknown_after(state[2]);
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
    attempt.ok &= !op.if_revision || *op.if_revision == attempt.state[2];
    attempt.state[3] = 0;
  }
  attempt.done();
}

void LockModel::get(Attempt& attempt, const Operation& operation) const {
  const auto* seen = outcome<StatusSeen>(operation);
  if (!seen) return;
  for (const auto holder : seen->holders) attempt.need_live(holder);
  if (!seen->more) attempt.need_only(seen->holders);
  if (!seen->record) {
    attempt.need_no_record();
    return attempt.done();
  }
  attempt.need_revision(seen->record->revision);
  if (!attempt.ok || attempt.state[3] == 0) return;
  const Operation& writer = *items_[attempt.state[3] - 1].operation;
  attempt.ok &= same_content(std::get<StatusSet>(writer.op), *seen->record);
  attempt.done();
}

}  // namespace check
