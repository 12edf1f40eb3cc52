#include "sim/check/model_once.hpp"

#include <algorithm>
#include <limits>

#include "core/base/overload.hpp"

namespace check {

namespace {

using State = OnceModel::State;

enum Phase : std::uint64_t {
  none,     // there is no record
  running,  // whoever runs was told so
  untold,   // nobody was told to run: it may end at any time
  pending,  // nobody runs; the next caller does
  ended,    // with the words of an operation
  lost,     // all attempts are used up
};

bool runs(const State& state) {
  return state[1] == running || state[1] == untold;
}

std::int64_t after(std::int64_t start, std::uint64_t ms) {
  constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();
  if (start == std::numeric_limits<std::int64_t>::min()) return start;
  if (ms > static_cast<std::uint64_t>(never / 1'000'000)) return never;
  const auto least_ns = static_cast<std::int64_t>(ms) * 999'000;
  return start > never - least_ns ? never : start + least_ns;
}

// The run that it ends for good, or whose client may have: a token, where it names one.
std::optional<Token> ended_run(const Operation& operation) {
  if (const auto* op = std::get_if<OnceFinish>(&operation.op)) return op->token;
  if (const auto* op = std::get_if<Leave>(&operation.op)) return op->token;
  if (const auto* op = std::get_if<Release>(&operation.op)) return op->token;
  if (const auto* op = std::get_if<Break>(&operation.op)) return op->token;
  if (const auto* op = std::get_if<Expire>(&operation.op)) return op->token;
  return std::nullopt;
}

}  // namespace

struct OnceModel::Attempt {
  const OnceModel& model;
  State state;
  std::uint32_t item;
  Timeline::Place place;
  std::vector<State>& out;
  bool ok = true;

  bool reached(const std::map<Token, std::uint32_t>& marks) const {
    const auto at = marks.find(state[0]);
    return at != marks.end() && model.mark_places_[at->second] < place;
  }
  // Its client may have stopped, and the servers too.
  bool may_end() const { return state[1] == untold || reached(model.ends_); }
  bool may_vanish() const {
    if (reached(model.vanishes_)) return true;
    return !model.vanishes_.contains(state[0]) && model.unknown_vanishes_ &&
           model.mark_places_[*model.unknown_vanishes_] < place;
  }
  bool runs_as(Token token) const { return runs(state) && state[0] == token; }

  void end_run() {
    state[1] = model.is_last(state) ? lost : pending;
    state[5] = 0;
  }
  void need_run(Token token) { ok &= runs_as(token); }
  void need_no_run() {
    if (!runs(state)) return;
    ok &= may_end();
    end_run();
  }
  void need_no_record() {
    need_no_run();
    if (state[1] == none) return;
    ok &= may_vanish();
    state[1] = none;
  }
  void done() {
    if (ok) out.push_back(state);
  }
};

OnceModel::OnceModel(std::span<const Item> items) : items_(items.begin(), items.end()) {
  keep_ms_ = std::numeric_limits<std::uint64_t>::max();
  for (const auto& item : items_) {
    if (const auto* op = std::get_if<Once>(&item.operation->op)) keep_ms_ = std::min(keep_ms_, op->keep_ms);
  }
  for (const auto& item : items_) learn(item);
  tokens_.settle();
  for (std::uint32_t i = 0; i < items_.size(); ++i) traits_.push_back(traits_of(i));
}

void OnceModel::add_mark(std::map<Token, std::uint32_t>& marks, Token token, std::int64_t time) {
  const auto id = static_cast<std::uint32_t>(marks_.size());
  const auto [known, fresh] = marks.try_emplace(token, id);
  if (!fresh) {
    marks_[known->second].time = std::min(marks_[known->second].time, time);
  } else {
    marks_.push_back({time, id});
  }
}

void OnceModel::learn(const Item& item) {
  const Operation& operation = *item.operation;
  const auto* expire = std::get_if<Expire>(&operation.op);
  if (expire) add_mark(ends_, expire->token, item.start());
  if (const auto token = ended_run(operation)) {
    add_mark(vanishes_, *token, after(item.start(), keep_ms_));
    const bool in_vain =
        outcome<StaleToken>(operation) || (outcome<Stood>(operation) && !outcome<Stood>(operation)->yes);
    expire || in_vain ? tokens_.name(*token) : tokens_.see(*token);
  }
  const auto* stood = outcome<Stood>(operation);
  if (const auto* op = std::get_if<CheckHold>(&operation.op); op && stood)
    stood->yes ? tokens_.see(op->token) : tokens_.name(op->token);
  if (const auto* op = std::get_if<Renew>(&operation.op); op && stood)
    stood->yes ? tokens_.see(op->token) : tokens_.name(op->token);
  if (const auto* run = outcome<Run>(operation)) tokens_.give(run->token);
  if (const auto* seen = outcome<StatusSeen>(operation)) {
    for (const auto holder : seen->holders) tokens_.see(holder);
  }
  if (operation.ret || !std::holds_alternative<Once>(operation.op)) return;
  const auto gone = after(item.start(), keep_ms_);
  if (!unknown_vanishes_) {
    unknown_vanishes_ = static_cast<std::uint32_t>(marks_.size());
    marks_.push_back({gone, *unknown_vanishes_});
  } else {
    marks_[*unknown_vanishes_].time = std::min(marks_[*unknown_vanishes_].time, gone);
  }
}

Traits OnceModel::traits_of(std::uint32_t number) const {
  const Operation& operation = *items_[number].operation;
  const auto* once = std::get_if<Once>(&operation.op);
  const auto* not_granted = outcome<NotGranted>(operation);
  const auto* stood = outcome<Stood>(operation);
  Traits traits;
  traits.reads = not_granted || outcome<Outcome>(operation) || outcome<StaleToken>(operation) ||
                 outcome<StatusSeen>(operation) || (stood && !stood->yes) ||
                 std::holds_alternative<CheckHold>(operation.op) ||
                 std::holds_alternative<Renew>(operation.op);
  const bool given_up = not_granted && (not_granted->refused || once->wait);
  const bool explains = outcome<Outcome>(operation);
  const bool says_nothing = !operation.ret && traits.reads;
  traits.placed = !std::holds_alternative<Expire>(operation.op) && !given_up && !says_nothing &&
                  !(traits.reads && items_[number].is_optional() && !explains);
  traits.kind = number;
  for (std::uint32_t i = 0; once && !operation.ret && i < number; ++i) {
    if (items_[i].operation->ret || items_[i].operation->op != operation.op) continue;
    traits.kind = i;
    break;
  }
  return traits;
}

void OnceModel::meet(const Timeline& timeline) {
  mark_places_.assign(marks_.size(), 0);
  for (Timeline::Place place = 0; place < timeline.events().size(); ++place) {
    const auto& event = timeline.events()[place];
    if (event.what == Timeline::What::mark) mark_places_[event.item] = place;
  }
}

const Once& OnceModel::terms(const State& state) const {
  return std::get<Once>(items_[state[3] - 1].operation->op);
}

bool OnceModel::is_last(const State& state) const {
  return state[3] != 0 && state[2] >= terms(state).attempts;
}

void OnceModel::step(const State& state, std::uint32_t item, Timeline::Place place,
                     std::vector<State>& out) const {
  Attempt attempt{*this, state, item, place, out};
  const Operation& operation = *items_[item].operation;
  const auto* seen = outcome<StatusSeen>(operation);
  if (std::holds_alternative<Once>(operation.op)) return once(attempt, operation);
  if (const auto* op = std::get_if<OnceFinish>(&operation.op)) return finish(attempt, *op, operation);
  if (seen) return get(attempt, *seen);
  if (const auto* op = std::get_if<CheckHold>(&operation.op)) on_token(attempt, op->token, false, operation);
  if (const auto* op = std::get_if<Renew>(&operation.op)) on_token(attempt, op->token, false, operation);
  if (const auto token = ended_run(operation)) on_token(attempt, *token, true, operation);
}

void OnceModel::once(Attempt& attempt, const Operation& operation) const {
  if (outcome<NotGranted>(operation)) {
    attempt.ok &= runs(attempt.state) || attempt.state[1] == pending;
    return attempt.done();
  }
  if (const auto* ended = outcome<Outcome>(operation)) return told(attempt, *ended);
  if (const auto* granted = outcome<Run>(operation))
    return run(attempt, granted->token, granted->attempt, true);
  for (const auto token : tokens_.unknown_after(attempt.state[0])) {
    run(attempt, token, std::nullopt, false);
  }
}

// The next attempt where the record stands, or the first of a new one where it may be gone.
void OnceModel::run(Attempt attempt, Token token, std::optional<std::uint64_t> number, bool is_told) const {
  if (token <= attempt.state[0]) return;
  const auto begin = [&](Attempt next) {
    next.state[0] = token;
    next.state[1] = is_told ? running : untold;
    next.state[2] += 1;
    next.state[4] = next.state[5] = 0;
    next.ok &= !number || *number == next.state[2];
    next.done();
  };
  Attempt fresh = attempt;
  fresh.need_no_record();
  fresh.state[2] = 0;
  fresh.state[3] = fresh.item + 1;
  begin(fresh);
  if (attempt.state[1] == none) return;
  attempt.need_no_run();
  attempt.ok &= attempt.state[1] == pending;
  begin(attempt);
}

void OnceModel::told(Attempt& attempt, const Outcome& told) const {
  if (told.state == "lost") {
    attempt.need_no_run();
    attempt.ok &= attempt.state[1] == lost && told.attempt == attempt.state[2];
    return attempt.done();
  }
  attempt.ok &= attempt.state[1] == ended && told.attempt == attempt.state[2];
  attempt.ok &= attempt.state[5] == 0 || attempt.state[5] == told.revision;
  if (!attempt.ok) return;
  const auto& words = std::get<OnceFinish>(items_[attempt.state[4] - 1].operation->op);
  attempt.ok &= told.state == (words.code == 0 ? "done" : "failed") && told.code == words.code;
  attempt.ok &= (told.value == words.value && told.cut == words.cut) || (told.cut && told.value.empty());
  attempt.done();
}

void OnceModel::finish(Attempt& attempt, const OnceFinish& op, const Operation& operation) const {
  if (outcome<StaleToken>(operation)) {
    if (attempt.runs_as(op.token)) attempt.need_no_run();
    return attempt.done();
  }
  attempt.need_run(op.token);
  if (!attempt.ok) return;
  const bool again = op.code != 0 && !terms(attempt.state).replay && !is_last(attempt.state);
  const auto* finished = outcome<Finished>(operation);
  const std::string state = again ? "pending" : op.code == 0 ? "done" : "failed";
  attempt.ok &= !finished || finished->state == state;
  attempt.state[1] = again ? pending : ended;
  attempt.state[4] = again ? 0 : attempt.item + 1;
  attempt.state[5] = finished && !again ? finished->revision : 0;
  attempt.done();
}

void OnceModel::on_token(Attempt& attempt, Token token, bool ends, const Operation& operation) const {
  const auto* stood = outcome<Stood>(operation);
  if (stood && !stood->yes) {
    if (attempt.runs_as(token)) attempt.need_no_run();
    return attempt.done();
  }
  attempt.need_run(token);
  if (ends && attempt.ok) attempt.end_run();
  attempt.done();
}

void OnceModel::get(Attempt& attempt, const StatusSeen& seen) const {
  if (!seen.record) {
    attempt.need_no_record();
  } else if (seen.record->state == "running") {
    attempt.ok &= runs(attempt.state);
  } else {
    attempt.need_no_run();
    const auto phase = attempt.state[1];
    attempt.ok &= seen.record->state == "pending" ? phase == pending
                  : seen.record->state == "lost"  ? phase == lost
                                                  : phase == ended;
    if (!attempt.ok) return;
    if (phase == ended) {
      const auto& words = std::get<OnceFinish>(items_[attempt.state[4] - 1].operation->op);
      attempt.ok &=
          seen.record->state == (words.code == 0 ? "done" : "failed") && seen.record->code == words.code;
      attempt.ok &= seen.record->value == words.value;
    }
  }
  for (const auto holder : seen.holders) attempt.need_run(holder);
  if (seen.holders.empty()) attempt.need_no_run();
  attempt.done();
}

bool OnceModel::fits(const Operation& operation) {
  const auto& ret = operation.ret;
  const auto& op = operation.op;
  if (std::holds_alternative<Expire>(op)) return !ret;
  if (const auto* once = std::get_if<Once>(&op)) {
    return once->attempts > 0 &&
           (!ret || outcome<Run>(operation) || outcome<Outcome>(operation) || outcome<NotGranted>(operation));
  }
  if (std::holds_alternative<OnceFinish>(op))
    return !ret || outcome<Finished>(operation) || outcome<StaleToken>(operation);
  if (std::holds_alternative<StatusGet>(op)) return !ret || outcome<StatusSeen>(operation);
  const bool on_hold = std::holds_alternative<Release>(op) || std::holds_alternative<Leave>(op) ||
                       std::holds_alternative<Break>(op) || std::holds_alternative<CheckHold>(op) ||
                       std::holds_alternative<Renew>(op);
  return on_hold && (!ret || outcome<Stood>(operation));
}

}  // namespace check
