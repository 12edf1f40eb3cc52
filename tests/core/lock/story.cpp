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

}  // namespace

std::ostream& operator<<(std::ostream& out, const Step& step) {
  return out << "{" << step.what << "," << step.who << "," << step.name << "," << step.detail << ","
             << step.pause << "}";
}

static rc::Gen<std::vector<Step>> steps_of(int kinds) {
  const auto below = [](int n) { return rc::gen::inRange(0, n); };
  return rc::gen::scale(5.0,
                        rc::gen::container<std::vector<Step>>(rc::gen::build<Step>(
                            rc::gen::set(&Step::what, below(kinds)), rc::gen::set(&Step::who, below(8)),
                            rc::gen::set(&Step::name, below(kNames)), rc::gen::set(&Step::detail, below(12)),
                            rc::gen::set(&Step::pause, below(6)))));
}

rc::Gen<std::vector<Step>> steps() {
  return steps_of(20);
}

rc::Gen<std::vector<Step>> steps_with_recoveries() {
  return steps_of(21);
}

Limits tight_limits() {
  Limits limits;
  limits.sessions = 4;
  limits.waiters_per_lock = 2;
  limits.records = 2;
  limits.replies_per_session = 5;
  return limits;
}

std::string name_at(int which) {
  return std::string(1, static_cast<char>('a' + which));
}

Command Story::command(const Step& step) {
  // The latest sessions most of all: the others have mostly ended.
  const auto back = std::min<std::size_t>(static_cast<std::size_t>(step.who) / 2, sessions_.size() - 1);
  const SessionId session = sessions_[sessions_.size() - 1 - back];
  if (step.what <= 1) return OpenSession{pick(kTtls, step.detail), "client"};
  if (step.what <= 3) return KeepAlive{session};
  if (step.what == 4 && step.detail < 4) return CloseSession{session};
  if (step.what == 20)
    return Recover{machine.counters().token.value + static_cast<std::uint64_t>(step.detail),
                   Millis(100 * (step.detail % 4)), "note"};
  auto& asked = asked_[session];
  if (step.what == 5 && !asked.requests.empty()) return pick(asked.requests, step.detail);  // a duplicate
  // Mostly the next one, now and then with a gap that may be filled late; acknowledging some of what lies
  // behind.
  const std::uint64_t sequence =
      step.who == 7 && asked.last > 2 ? asked.last - 1 : asked.last + (step.who == 6 ? 2 : 1);
  const std::uint64_t keep = static_cast<std::uint64_t>(step.detail % 7);
  const Sequenced request{session, Sequence(sequence),
                          Sequence(sequence > keep + 1 ? sequence - keep - 1 : 0), operation(step)};
  asked.last = std::max(asked.last, sequence);
  asked.requests.push_back(request);
  return request;
}

Operation Story::operation(const Step& step) const {
  const auto name = name_at(step.name);
  // Of the latest tokens, or one that never was.
  const Token token =
      step.detail == 11
          ? Token(1'000'000)
          : tokens_[tokens_.size() - 1 -
                    static_cast<std::size_t>(step.detail) % std::min<std::size_t>(tokens_.size(), 4)];
  if (step.what <= 9) return Acquire{name, step.detail != 0, std::nullopt, "note"};
  if (step.what == 10) return Acquire{name, step.detail % 2 == 0, pick(kTtls, step.detail), {}};
  if (step.what <= 13) return Release{name, token};
  if (step.what == 14) return Renew{name, token, pick(kTtls, step.detail)};
  if (step.what <= 16) return Cancel{Sequence(static_cast<std::uint64_t>(step.detail))};
  if (step.what == 17) return ClearStatus{name, std::nullopt};
  const char* const states[] = {"running", "done", "Not A Word"};
  SetStatus request{name,         pick(states, step.detail), std::nullopt, "value", std::nullopt,
                    std::nullopt, pick(kTtls, step.detail)};
  if (step.what == 19) request.token = token;
  return request;
}

void Story::learn(const Chapter& chapter) {
  for (const auto& answer : chapter.applied.answers) {
    if (const auto* opened = std::get_if<SessionOpened>(&answer.reply)) sessions_.push_back(opened->session);
    if (const auto* granted = std::get_if<Granted>(&answer.reply)) tokens_.push_back(granted->token);
  }
}

}  // namespace lock
