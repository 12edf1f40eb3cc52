#include "story.hpp"

#include <ostream>

namespace lock {
namespace {

const Millis kTtls[] = {Millis(3'000), Millis(400),   Millis(5'000), Millis(100),
                        Millis(2'000), Millis(8'000), Millis(1)};

template <class Range>
const auto& pick(const Range& range, int which) {
  return range[static_cast<std::size_t>(which) % std::size(range)];
}

// Commands by number, so that every kind has its share.
enum What {
  kOpen = 0,
  kKeep = 3,
  kClose = 5,
  kAgain = 6,
  kAcquire = 7,
  kRelease = 14,
  kRenew = 17,
  kCancel = 18,
  kLeave = 20,
  kDowngrade = 21,
  kBreak = 22,
  kOnce = 23,
  kFinish = 26,
  kRecord = 28,
  kConfigure = 31,
  kRecover = 32,
  kKinds = 33
};

rc::Gen<std::vector<Step>> steps_of(int kinds) {
  const auto below = [](int n) { return rc::gen::inRange(0, n); };
  return rc::gen::scale(5.0,
                        rc::gen::container<std::vector<Step>>(rc::gen::build<Step>(
                            rc::gen::set(&Step::what, below(kinds)), rc::gen::set(&Step::who, below(10)),
                            rc::gen::set(&Step::name, below(kNames)), rc::gen::set(&Step::detail, below(12)),
                            rc::gen::set(&Step::manner, below(12)), rc::gen::set(&Step::pause, below(6)))));
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Step& step) {
  return out << "{" << step.what << "," << step.who << "," << step.name << "," << step.detail << ","
             << step.manner << "," << step.pause << "}";
}

rc::Gen<std::vector<Step>> steps() {
  return steps_of(kRecover);
}

rc::Gen<std::vector<Step>> steps_with_recoveries() {
  return steps_of(kKinds);
}

Limits tight_limits() {
  Limits limits;
  limits.sessions = 5;
  limits.waiters_per_lock = 3;
  limits.waiters = 5;
  limits.locks = 6;
  limits.records = 2;
  limits.record_bytes = 24;
  limits.entries_per_hold = 2;
  limits.names_per_request = 2;
  limits.audit_entries = 12;
  limits.replies_per_session = 6;
  limits.listed = 5;
  return limits;
}

std::string name_at(int which) {
  return std::string(1, static_cast<char>('a' + which % kNames));
}

Command Story::command(const Step& step) {
  // The latest sessions most of all: the others have mostly ended.
  const auto back = std::min<std::size_t>(static_cast<std::size_t>(step.who) / 2, sessions_.size() - 1);
  const SessionId session = sessions_[sessions_.size() - 1 - back];
  if (step.what < kKeep)
    return OpenSession{pick(kTtls, step.detail), "client" + std::to_string(step.manner),
                       step.manner < 4 ? session : SessionId()};
  if (step.what < kClose) return KeepAlive{session};
  if (step.what == kClose && step.detail < 6) return CloseSession{session};
  if (step.what == kConfigure) {
    const char* const bounds[] = {"evict_lru", "waiters_per_lock", "audit_entries", "records", "nothing"};
    return Configure{{{pick(bounds, step.detail), static_cast<std::uint64_t>(step.manner) % 4}}};
  }
  if (step.what == kRecover)
    return Recover{machine.counters().token.value + static_cast<std::uint64_t>(step.detail),
                   Millis(100 * (step.detail % 4)), "note"};
  auto& asked = asked_[session];
  if (step.what == kAgain && !asked.requests.empty()) return pick(asked.requests, step.detail);
  // Mostly the next one, now and then with a gap that may be filled late; acknowledging some of what lies
  // behind.
  const std::uint64_t sequence =
      step.who == 9 && asked.last > 2 ? asked.last - 1 : asked.last + (step.who == 8 ? 2 : 1);
  const std::uint64_t keep = static_cast<std::uint64_t>(step.detail % 7);
  const Sequenced request{session, Sequence(sequence),
                          Sequence(sequence > keep + 1 ? sequence - keep - 1 : 0), operation(step)};
  asked.last = std::max(asked.last, sequence);
  asked.requests.push_back(request);
  return request;
}

// Of the latest, or one that never was.
Token Story::token(const Step& step) const {
  if (step.detail == 11) return Token(1'000'000);
  const auto back = static_cast<std::size_t>(step.detail) % std::min<std::size_t>(tokens_.size(), 5);
  return tokens_[tokens_.size() - 1 - back];
}

Acquire Story::acquire(const Step& step) const {
  const Mode modes[] = {Exclusive{}, Shared{}, Exclusive{}, Counted{2}, Shared{}, Counted{2}, Counted{3}};
  const Queueing queueing[] = {Fifo{},   Fifo{},   Fifo{},      Barge{},
                               Newest{}, Newest{}, Priority{1}, Priority{-1}};
  Acquire request;
  request.locks = {{name_at(step.name), pick(modes, step.manner)}};
  if (step.what >= kAcquire + 4)
    request.locks.push_back({name_at(step.name + 1 + step.detail % 3), pick(modes, step.detail)});
  request.wait = step.detail % 5 != 0;
  request.note = "note";
  if (step.what % 3 == 1) request.queueing = pick(queueing, step.detail + step.manner);
  if (step.what == kAcquire) request.detached = pick(kTtls, step.detail);
  if (step.what == kAcquire + 1) request.max_hold = pick(kTtls, step.detail + 1);
  if (step.what % 2 == 0) request.lock_delay = Millis(100 * (step.detail % 4));
  return request;
}

Operation Story::about_a_record(const Step& step) const {
  const auto name = name_at(step.name);
  if (step.what < kFinish) {
    Once request;
    request.name = name;
    request.keep = step.manner == 11 ? Millis(300) : Millis(500);
    request.attempts = 2;
    request.on_fail = step.name == 1 ? OnFail::next : OnFail::replay;
    request.input = step.manner == 10 ? "other" : step.manner < 5 ? "input" : "";
    request.wait = step.detail != 0;
    return request;
  }
  if (step.what < kRecord)
    return FinishOnce{name, token(step), step.manner % 3,
                      base::Bytes(std::string(static_cast<std::size_t>(step.manner), 'o')), false};
  if (step.manner < 3) return ClearStatus{name, std::nullopt};
  const char* const states[] = {"running", "done", "Not A Word", "done"};
  SetStatus request{name,         pick(states, step.detail), std::nullopt, "value", std::nullopt,
                    std::nullopt, pick(kTtls, step.detail)};
  if (step.manner > 8) request.token = token(step);
  return request;
}

Operation Story::operation(const Step& step) const {
  const auto name = name_at(step.name);
  if (step.what < kRelease) return acquire(step);
  if (step.what < kRenew) return Release{name, token(step)};
  if (step.what == kRenew) return Renew{name, token(step), pick(kTtls, step.detail)};
  if (step.what < kLeave) return Cancel{Sequence(static_cast<std::uint64_t>(step.detail))};
  if (step.what == kLeave) return Leave{Sequence(static_cast<std::uint64_t>(step.detail))};
  if (step.what == kDowngrade) return Downgrade{name, token(step)};
  if (step.what == kBreak) return Break{name, token(step), "stuck", step.manner % 3 == 0};
  return about_a_record(step);
}

void Story::learn(const Chapter& chapter) {
  for (const auto& answer : chapter.applied.answers) {
    if (const auto* opened = std::get_if<SessionOpened>(&answer.reply)) sessions_.push_back(opened->session);
    if (const auto* granted = std::get_if<Granted>(&answer.reply)) tokens_.push_back(granted->token);
  }
}

}  // namespace lock
