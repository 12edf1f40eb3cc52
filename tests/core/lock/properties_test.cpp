// What holds after every entry of any story.
#include <algorithm>
#include <deque>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <set>

#include "story.hpp"

namespace lock {
namespace {

using Request = std::pair<SessionId, Sequence>;

RC_GTEST_PROP(Property, TheStructureIsSoundAfterEveryEntry, ()) {
  Story story;
  story.tell(*steps_with_recoveries(), [&](const Chapter&) { story.machine.check(); });
}

RC_GTEST_PROP(Property, TwoReplicasAgreeOnAnswersEventsAndState, ()) {
  Story story;
  Machine replica(tight_limits());
  story.tell(*steps_with_recoveries(), [&](const Chapter& chapter) {
    RC_ASSERT(replica.apply(chapter.stamp, chapter.commands) == chapter.applied);
    RC_ASSERT(replica.digest() == story.machine.digest());
    RC_ASSERT(replica.next_expiry() == story.machine.next_expiry());
  });
}

RC_GTEST_PROP(Property, EveryCommandHasExactlyOneAnswerInItsPlace, ()) {
  Story story;
  story.tell(*steps(), [&](const Chapter& chapter) {
    std::vector<std::size_t> places;
    for (const auto& answer : chapter.applied.answers) {
      if (answer.command) places.push_back(*answer.command);
    }
    RC_ASSERT(places.size() == chapter.commands.size());
    for (std::size_t i = 0; i < places.size(); ++i) RC_ASSERT(places[i] == i);
  });
}

bool go_together(const NameView& view) {
  if (view.holder_count < 2) return true;
  for (const auto& holder : view.holders) {
    if (holder.mode != view.holders.front().mode || std::holds_alternative<Exclusive>(holder.mode))
      return false;
    const auto* counted = std::get_if<Counted>(&holder.mode);
    if (counted != nullptr && view.holder_count > counted->limit) return false;
  }
  return true;
}

RC_GTEST_PROP(Property, HoldersGoTogetherAndTokensRiseInTheOrderOfGrants, ()) {
  Story story;
  std::map<std::string, std::set<Token>> holders;
  Token last;
  bool several = false;
  story.tell(*steps_with_recoveries(), [&](const Chapter& chapter) {
    for (const auto& event : chapter.applied.events) {
      if (const auto* granted = std::get_if<LockGranted>(&event)) {
        // Of several names each has its event.
        RC_ASSERT(granted->token >= last);
        last = granted->token;
        RC_ASSERT(holders[granted->name].insert(granted->token).second);
      } else if (const auto* ended = std::get_if<HoldEnded>(&event)) {
        RC_ASSERT(holders[ended->name].erase(ended->token) == 1u);
      }
    }
    for (int i = 0; i < kNames; ++i) {
      const auto view = story.machine.view(name_at(i), chapter.stamp);
      std::set<Token> tokens;
      for (const auto& holder : view.holders) tokens.insert(holder.token);
      RC_ASSERT(tokens == holders[name_at(i)] && tokens.size() == view.holder_count);
      RC_ASSERT(go_together(view));
      several = several || tokens.size() > 1;
    }
  });
  RC_CLASSIFY(several, "several holders");
}

// That is told as long as the record is there.
Reply without_output(Reply reply) {
  if (auto* ended = std::get_if<OnceEnded>(&reply)) {
    ended->output = base::Bytes();
    ended->cut = false;
  }
  return reply;
}

RC_GTEST_PROP(Property, ARetryGetsTheFirstAnswerAndChangesNothing, ()) {
  Story story;
  std::map<Request, Reply> first;
  std::map<Request, Sequenced> sent;
  int retries = 0;
  story.tell(*steps(), [&](const Chapter& chapter) {
    for (const auto& answer : chapter.applied.answers) {
      const Request request{answer.session, answer.sequence};
      if (answer.command && !std::holds_alternative<Sequenced>(chapter.commands[*answer.command])) continue;
      if (answer.command) sent.emplace(request, std::get<Sequenced>(chapter.commands[*answer.command]));
      if (std::holds_alternative<StaleSequence>(answer.reply) ||
          std::holds_alternative<SessionExpired>(answer.reply)) {
        first.erase(request);
        sent.erase(request);
      } else if (!is_interim(answer.reply)) {
        const auto known = first.emplace(request, answer.reply).first;
        RC_ASSERT(without_output(known->second) == without_output(answer.reply));
      }
    }
    Machine machine = story.machine;
    const auto digest = machine.digest();
    for (auto [request, again] : sent) {
      again.acknowledged = Sequence(0);
      const auto applied = machine.apply(chapter.stamp, {again});
      RC_ASSERT(applied.answers.size() == 1u && applied.events.empty());
      RC_ASSERT(machine.digest() == digest);
      const auto& reply = applied.answers[0].reply;
      if (std::holds_alternative<StaleSequence>(reply) || std::holds_alternative<SessionExpired>(reply))
        continue;
      ++retries;
      if (const auto known = first.find(request); known != first.end()) {
        RC_ASSERT(without_output(reply) == without_output(known->second));
      } else {
        RC_ASSERT(is_interim(reply));
      }
    }
  });
  RC_CLASSIFY(retries > 0, "retried");
}

RC_GTEST_PROP(Property, ASessionEndsWhenItsLastLeaseDoesAndNotBefore, ()) {
  Story story;
  std::map<SessionId, LogTime> ends;
  story.tell(*steps(), [&](const Chapter& chapter) {
    std::set<SessionId> expired, due;
    for (const auto& event : chapter.applied.events) {
      const auto* ended = std::get_if<SessionEnded>(&event);
      if (ended != nullptr && ended->expired) expired.insert(ended->session);
    }
    for (const auto& [session, end] : ends) {
      if (end <= chapter.stamp) due.insert(session);
    }
    RC_ASSERT(expired == due);
    for (const auto session : due) ends.erase(session);
    for (const auto& answer : chapter.applied.answers) {
      if (const auto* opened = std::get_if<SessionOpened>(&answer.reply))
        ends[opened->session] = opened->lease.end;
      if (const auto* kept = std::get_if<KeptAlive>(&answer.reply)) {
        RC_ASSERT(kept->lease.end >= ends.at(answer.session));
        ends[answer.session] = kept->lease.end;
      }
      if (std::holds_alternative<SessionClosed>(answer.reply)) ends.erase(answer.session);
    }
  });
}

RC_GTEST_PROP(Property, ACopyStaysAsItWasAndGoesOnAlone, ()) {
  Story story;
  std::vector<std::pair<Machine, std::uint64_t>> copies;
  story.tell(*steps_with_recoveries(), [&](const Chapter&) {
    copies.emplace_back(story.machine, story.machine.digest());
    for (const auto& [copy, digest] : copies) RC_ASSERT(copy.digest() == digest);
  });
  const LogTime end = story.machine.stamp() + Millis(10'000);
  for (auto& [copy, digest] : copies) {
    copy.check();
    copy.apply(end, {OpenSession{Millis(1'000), "another", {}}});
    copy.check();
  }
  story.machine.check();
}

RC_GTEST_PROP(Property, WhileItRestsNothingIsGranted, ()) {
  Story story;
  bool rested = false;
  story.tell(*steps_with_recoveries(), [&](const Chapter& chapter) {
    const bool rests = story.machine.rest().has_value();
    bool recovers = false;
    for (const auto& command : chapter.commands)
      recovers = recovers || std::holds_alternative<Recover>(command);
    if (rests && !recovers) {
      rested = true;
      for (const auto& event : chapter.applied.events) RC_ASSERT(!std::holds_alternative<LockGranted>(event));
    }
  });
  RC_CLASSIFY(rested, "rested");
}

RC_GTEST_PROP(Property, NothingIsDueThatTheMachineDoesNotAnnounce, ()) {
  Story story;
  story.tell(*steps(), [&](const Chapter& chapter) {
    const auto next = story.machine.next_expiry();
    if (next) RC_ASSERT(*next > chapter.stamp);
    Machine before = story.machine, at = story.machine;
    const LogTime far = chapter.stamp + Millis(100'000);
    RC_ASSERT(before.apply(next ? LogTime{next->ms - 1} : far, {}) == Applied());
    if (!next) return;
    at.apply(*next, {});
    RC_ASSERT(at.next_expiry() != next);
  });
}

}  // namespace
}  // namespace lock
