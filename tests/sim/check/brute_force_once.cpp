#include <algorithm>

#include "brute_force_object.hpp"

namespace check::test {

namespace {

using Phase = Object::Phase;
using Objects = std::vector<Object>;

std::uint64_t keep_ms(const History& history) {
  std::uint64_t least = std::numeric_limits<std::uint64_t>::max();
  for (const auto& o : history) {
    if (const auto* once = std::get_if<Once>(&o.op)) least = std::min(least, once->keep_ms);
  }
  return least;
}

void end_run(Object& s) {
  s.phase = s.attempt >= s.terms->attempts ? Phase::lost : Phase::pending;
}

Objects once(Object s, const Operation& o, const Once& op) {
  if (const auto* refused = as<NotGranted>(o)) {
    const bool busy = s.phase == Phase::running || s.phase == Phase::pending;
    return op.wait || refused->refused || busy ? Objects{s} : Objects{};
  }
  if (const auto* told = as<Outcome>(o)) {
    if (told->attempt != s.attempt) return {};
    if (told->state == "lost") return s.phase == Phase::lost ? Objects{s} : Objects{};
    if (s.phase != Phase::ended) return {};
    const auto& words = std::get<OnceFinish>(s.words->op);
    const auto* finished = as<Finished>(*s.words);
    if (finished && finished->revision != told->revision) return {};
    const bool same = told->state == (words.code == 0 ? "done" : "failed") && told->code == words.code &&
                      told->value == words.value;
    return same ? Objects{s} : Objects{};
  }
  if (s.phase != Phase::none && s.phase != Phase::pending) return {};
  if (s.phase == Phase::none) {
    s.attempt = 0;
    s.terms = &op;
  }
  ++s.attempt;
  s.phase = Phase::running;
  const auto* run = as<Run>(o);
  s.runner_unknown = !run;
  if (run && (run->token <= s.token || run->attempt != s.attempt)) return {};
  Objects all;
  for (Token token = s.token + 1; token <= number_max; ++token) {
    if (run && token != run->token) continue;
    all.push_back(s);
    all.back().token = token;
  }
  return all;
}

Objects finish(Object s, const Operation& o, const OnceFinish& op) {
  const bool live = s.phase == Phase::running && s.token == op.token;
  if (as<StaleToken>(o)) return live ? Objects{} : Objects{s};
  if (!live) return {};
  const bool again = op.code != 0 && !s.terms->replay && s.attempt < s.terms->attempts;
  const auto* finished = as<Finished>(o);
  if (finished && finished->state != (again ? "pending" : op.code == 0 ? "done" : "failed")) return {};
  s.phase = again ? Phase::pending : Phase::ended;
  s.words = again ? nullptr : &o;
  return {s};
}

}  // namespace

std::vector<Object> apply_once(Object s, const Operation& o) {
  if (const auto* op = std::get_if<Once>(&o.op)) return once(s, o, *op);
  if (const auto* op = std::get_if<OnceFinish>(&o.op)) return finish(s, o, *op);
  const auto* hold = std::get_if<CheckHold>(&o.op);
  const auto* leave = std::get_if<Leave>(&o.op);
  const bool live = s.phase == Phase::running && s.token == (hold ? hold->token : leave->token);
  if ((as<Stood>(o) ? as<Stood>(o)->yes : true) != live) return {};
  if (live && leave) end_run(s);
  return {s};
}

std::vector<Ending> drift_once(const Object& s, const History& history) {
  std::vector<Ending> all;
  if (s.phase == Phase::none) return all;
  if (s.phase == Phase::running) {
    Object over = s;
    end_run(over);
    if (s.runner_unknown) all.push_back({over, any_time});
    if (const auto from = over_from(history, s.token, true)) all.push_back({over, *from});
    return all;
  }
  Object gone = s;
  gone.phase = Phase::none;
  const auto keep_ns = static_cast<std::int64_t>(keep_ms(history)) * 999'000;
  std::optional<std::int64_t> named;
  std::optional<std::int64_t> unknown;
  const auto least = [](std::optional<std::int64_t>& known, std::int64_t start) {
    known = std::min(known.value_or(start), start);
  };
  for (const auto& o : history) {
    if (const auto* op = std::get_if<OnceFinish>(&o.op); op && op->token == s.token) least(named, o.start);
    if (const auto* op = std::get_if<Leave>(&o.op); op && op->token == s.token) least(named, o.start);
    if (const auto* op = std::get_if<Expire>(&o.op); op && op->token == s.token) least(named, o.start);
    if (std::holds_alternative<Once>(o.op) && !o.ret) least(unknown, o.start);
  }
  const auto from = named ? named : unknown;
  if (from) all.push_back({gone, *from + keep_ns});
  return all;
}

}  // namespace check::test
