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

RC_GTEST_PROP(Property, ALockHasOneHolderAndTokensRiseInTheOrderOfGrants, ()) {
  Story story;
  std::map<std::string, Token> holders;
  Token last;
  story.tell(*steps_with_recoveries(), [&](const Chapter& chapter) {
    for (const auto& event : chapter.applied.events) {
      if (const auto* granted = std::get_if<LockGranted>(&event)) {
        RC_ASSERT(granted->token > last);
        last = granted->token;
        RC_ASSERT(holders.emplace(granted->name, granted->token).second);
      } else if (const auto* ended = std::get_if<HoldEnded>(&event)) {
        RC_ASSERT(holders.contains(ended->name));
        RC_ASSERT(holders.at(ended->name) == ended->token);
        holders.erase(ended->name);
      }
    }
    for (int i = 0; i < kNames; ++i) {
      const auto holder = story.machine.view(name_at(i), chapter.stamp).holder;
      RC_ASSERT(holder.has_value() == holders.contains(name_at(i)));
      if (holder) RC_ASSERT(holder->token == holders.at(name_at(i)));
    }
  });
}

// Queues as the answers alone tell of them.
class Lines {
 public:
  void read(const Chapter& chapter) {
    // Late answers come before the answer to the command that caused them, so arrivals are read in their
    // place too.
    for (const auto& answer : chapter.applied.answers) {
      const Request request{answer.session, answer.sequence};
      if (answer.command && std::holds_alternative<Queued>(answer.reply)) {
        const auto& sequenced = std::get<Sequenced>(chapter.commands[*answer.command]);
        if (name_of_.contains(request)) continue;
        const auto& name = std::get<Acquire>(sequenced.operation).name;
        name_of_[request] = name;
        lines_[name].push_back(request);
      } else if (!answer.command) {
        RC_ASSERT(name_of_.contains(request));
        auto& line = lines_[name_of_[request]];
        if (std::holds_alternative<Granted>(answer.reply)) {
          RC_ASSERT(line.front() == request);
          ++grants;
        }
        line.erase(std::find(line.begin(), line.end(), request));
        name_of_.erase(request);
      }
    }
  }
  std::size_t length(const std::string& name) { return lines_[name].size(); }
  const std::map<Request, std::string>& waiting() const { return name_of_; }

  int grants = 0;

 private:
  std::map<Request, std::string> name_of_;
  std::map<std::string, std::deque<Request>> lines_;
};

RC_GTEST_PROP(Property, WaitersAreGrantedFirstInFirstOutAndNoneIsForgotten, ()) {
  Story story;
  Lines lines;
  story.tell(*steps(), [&](const Chapter& chapter) {
    lines.read(chapter);
    for (int i = 0; i < kNames; ++i) {
      const auto view = story.machine.view(name_at(i), chapter.stamp);
      RC_ASSERT(view.waiters == lines.length(name_at(i)));
      if (view.waiters > 0) RC_ASSERT(view.holder.has_value());
    }
    for (const auto& [request, name] : lines.waiting()) {
      RC_ASSERT(story.machine.waiting(request.first, request.second, chapter.stamp).has_value());
    }
  });
  RC_CLASSIFY(lines.grants > 0, "granted from a queue");
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
        RC_ASSERT(known->second == answer.reply);
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
        RC_ASSERT(reply == known->second);
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

RC_GTEST_PROP(Property, ADetachedHoldEndsWhenItsLastLeaseDoesAndNotBefore, ()) {
  Story story;
  std::map<Token, LogTime> ends;
  story.tell(*steps(), [&](const Chapter& chapter) {
    std::set<Token> expired, due;
    for (const auto& event : chapter.applied.events) {
      const auto* ended = std::get_if<HoldEnded>(&event);
      if (ended != nullptr && ended->reason == EndReason::lease_expired) expired.insert(ended->token);
    }
    for (const auto& [token, end] : ends) {
      if (end <= chapter.stamp) due.insert(token);
    }
    RC_ASSERT(expired == due);
    std::map<Token, LogTime> standing;
    for (int i = 0; i < kNames; ++i) {
      const auto holder = story.machine.view(name_at(i), chapter.stamp).holder;
      if (!holder || !holder->detached) continue;
      standing[holder->token] = chapter.stamp + holder->left;
      RC_ASSERT(standing[holder->token] >= ends[holder->token]);
    }
    ends = standing;
  });
}

RC_GTEST_PROP(Property, ARecordIsSeenFromItsWriteToItsEndAndNoLonger, ()) {
  Story story;
  std::map<std::string, std::pair<Revision, LogTime>> records;
  std::set<Revision> written;
  story.tell(*steps(), [&](const Chapter& chapter) {
    std::erase_if(records, [&](const auto& record) { return record.second.second <= chapter.stamp; });
    for (const auto& answer : chapter.applied.answers) {
      if (!answer.command) continue;
      const auto* request = std::get_if<Sequenced>(&chapter.commands[*answer.command]);
      if (request == nullptr) continue;
      if (const auto* set = std::get_if<StatusSet>(&answer.reply);
          set && written.insert(set->revision).second) {
        const auto& status = std::get<SetStatus>(request->operation);
        records[status.name] = {set->revision, chapter.stamp + status.ttl};
      }
    }
    for (const auto& event : chapter.applied.events) {
      const auto* changed = std::get_if<StatusChanged>(&event);
      if (changed == nullptr || !changed->state.empty()) continue;
      const auto at = records.find(changed->name);
      if (at != records.end() && at->second.first == changed->revision) records.erase(at);
    }
    for (int i = 0; i < kNames; ++i) {
      const auto record = story.machine.view(name_at(i), chapter.stamp).record;
      const auto expected = records.find(name_at(i));
      RC_ASSERT(record.has_value() == (expected != records.end()));
      if (!record) continue;
      RC_ASSERT(record->revision == expected->second.first);
      RC_ASSERT(chapter.stamp + record->left == expected->second.second);
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
    copy.apply(end, {OpenSession{Millis(1'000), "another"}});
    copy.check();
  }
  story.machine.check();
}

RC_GTEST_PROP(Property, WhileItRestsNothingIsGrantedAndAfterwardsNobodyWaitsInVain, ()) {
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
    for (int i = 0; i < kNames && !rests; ++i) {
      const auto view = story.machine.view(name_at(i), chapter.stamp);
      if (view.waiters > 0) RC_ASSERT(view.holder.has_value());
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
    if (next) RC_ASSERT(!at.apply(*next, {}).events.empty());
  });
}

}  // namespace
}  // namespace lock
