#include "core/node/watch.hpp"

#include <gmock/gmock.h>
#include <rapidcheck.h>

#include "core/base/random.hpp"
#include "tests/core/node/servers.hpp"

namespace node_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

lock::Event granted(std::string name, std::uint64_t token = 1) {
  return lock::LockGranted{std::move(name), lock::Token(token), lock::SessionId(1), base::Bytes("who"), 0};
}
lock::Event ended(std::string name, lock::EndReason reason) {
  return lock::HoldEnded{std::move(name), lock::Token(1), lock::SessionId(1), reason, base::Bytes("who")};
}

// By index and name.
std::vector<std::string> shape(const lock::Changes& changes) {
  std::vector<std::string> out;
  for (const auto& c : changes.changes) out.push_back(std::to_string(c.index) + " " + c.name);
  return out;
}

struct WatchTest : testing::Test {
  node::Watches watches{{.changes = 6, .bytes = 1u << 20}, 1u << 20};
  std::uint64_t index = 10;

  WatchTest() { watches.begin(10); }
  void happens(std::vector<lock::Event> events) { watches.happened(++index, events); }
  std::optional<lock::Changes> stand(std::uint64_t ticket, std::string name,
                                     std::optional<std::uint64_t> since = {}) {
    return watches.stand(Ticket(ticket), lock::Watch{std::move(name), since});
  }
  // As "ticket: index name, …"; a Reset as "ticket: reset".
  std::vector<std::string> tell() {
    std::vector<std::string> out;
    for (const auto& told : watches.tell()) {
      std::string line = std::to_string(told.ticket.value) + ":";
      if (!told.changes) line += " reset";
      if (told.changes) {
        for (const auto& change : shape(*told.changes)) line += " " + change;
      }
      out.push_back(line);
    }
    return out;
  }
};

TEST_F(WatchTest, TellsAllThatAStepHasAppliedAsOneMessage) {
  stand(1, "a");
  happens({granted("a")});
  happens({granted("b"), ended("a", lock::EndReason::released)});
  EXPECT_THAT(tell(), ElementsAre("1: 11 a 12 a"));
  EXPECT_THAT(tell(), IsEmpty());
}

TEST_F(WatchTest, TellsANameOnlyToThoseWhoWatchItOrABeginningOfIt) {
  stand(1, "a/b");
  stand(2, "a/");
  stand(3, "");
  stand(4, "a");
  stand(5, "a/b/");
  happens({granted("a/b/c")});
  EXPECT_THAT(tell(), ElementsAre("3: 11 a/b/c", "2: 11 a/b/c", "5: 11 a/b/c"));
  happens({granted("a/b"), granted("ab")});
  EXPECT_THAT(tell(), ElementsAre("3: 12 a/b 12 ab", "2: 12 a/b", "1: 12 a/b"));
  happens({granted("a")});
  EXPECT_THAT(tell(), ElementsAre("3: 13 a", "4: 13 a"));
}

TEST_F(WatchTest, SaysUpToWhereItTells) {
  stand(1, "a");
  happens({granted("a")});
  happens({granted("b")});
  const auto told = watches.tell();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].changes->through, 12u);
}

TEST_F(WatchTest, TellsAtOnceWhatWasMissed) {
  happens({granted("a"), granted("b")});
  happens({granted("b")});
  happens({granted("a")});
  EXPECT_THAT(shape(*stand(1, "a", 10)), ElementsAre("11 a", "13 a"));
  EXPECT_THAT(shape(*stand(2, "a", 11)), ElementsAre("13 a"));
  const auto nothing = stand(3, "a", 13);
  ASSERT_TRUE(nothing);
  EXPECT_EQ(nothing->through, 13u);
  EXPECT_THAT(nothing->changes, IsEmpty());
  EXPECT_THAT(tell(), IsEmpty()) << "they have been told already";
}

TEST_F(WatchTest, WhoAsksFromNowOnOrFromTooLongAgoIsNotToldTheGap) {
  EXPECT_FALSE(stand(1, "a"));
  EXPECT_FALSE(stand(2, "a", 9));
  EXPECT_TRUE(stand(3, "a", 10));
}

TEST_F(WatchTest, ForgetsTheOldestEntriesWhole) {
  happens({granted("a"), granted("a"), granted("a")});
  happens({granted("a"), granted("a")});
  happens({granted("a")});
  EXPECT_TRUE(stand(1, "a", 10));
  happens({granted("a")});
  EXPECT_EQ(watches.past().size(), 4u);
  EXPECT_FALSE(stand(2, "a", 10));
  EXPECT_THAT(shape(*stand(3, "a", 11)), ElementsAre("12 a", "12 a", "13 a", "14 a"));
}

TEST_F(WatchTest, IsBoundedInBytes) {
  node::Watches small({.changes = 1000, .bytes = 4096}, 1u << 20);
  for (std::uint64_t i = 1; i <= 100; ++i) small.happened(i, {granted(std::string(200, 'x'))});
  EXPECT_LE(small.past().bytes(), 4096u);
  EXPECT_GT(small.past().size(), 0u);
}

TEST_F(WatchTest, AStepThatIsMoreThanIsKeptIsAGapForEverybodyWhoStood) {
  stand(1, "a");
  stand(2, "z");
  happens(std::vector<lock::Event>(7, granted("a")));
  EXPECT_TRUE(stand(3, "z", 11));
  EXPECT_THAT(tell(), ElementsAre("1: reset", "2: reset"));
  happens({granted("z")});
  EXPECT_THAT(tell(), ElementsAre("2: 12 z", "3: 12 z"));
}

TEST_F(WatchTest, WhatIsMoreThanAMessageCarriesIsAGap) {
  node::Watches narrow({}, 300);
  narrow.begin(10);
  narrow.stand(Ticket(1), {"a", std::nullopt});
  narrow.happened(11, std::vector<lock::Event>(20, granted("a")));
  const auto told = narrow.tell();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_FALSE(told[0].changes);
  EXPECT_FALSE(narrow.stand(Ticket(2), {"a", 10}));
}

TEST_F(WatchTest, WhoWasToldMoreElsewhereIsNotToldItAgain) {
  happens({granted("a")});
  const auto stood = stand(1, "a", 13);
  ASSERT_TRUE(stood);
  EXPECT_EQ(stood->through, 13u);
  happens({granted("a")});
  happens({granted("a")});
  EXPECT_THAT(tell(), IsEmpty());
  happens({granted("a")});
  EXPECT_THAT(tell(), ElementsAre("1: 14 a"));
}

TEST_F(WatchTest, WhoHasLeftIsToldNothing) {
  stand(1, "a");
  stand(2, "a");
  watches.leave(Ticket(1), "a");
  happens({granted("a")});
  EXPECT_THAT(tell(), ElementsAre("2: 11 a"));
  EXPECT_THAT(watches.bounce(), ElementsAre(Ticket(2)));
  EXPECT_EQ(watches.size(), 0u);
}

TEST_F(WatchTest, RefusesWhatCanBeNoNameAndNoBeginningOfOne) {
  EXPECT_TRUE(node::Watches::check({"", {}}).ok());
  EXPECT_TRUE(node::Watches::check({"a/b/", {}}).ok());
  EXPECT_FALSE(node::Watches::check({"/", {}}).ok());
  EXPECT_FALSE(node::Watches::check({"a b", {}}).ok());
}

// One who watches, is cut off and comes back, and keeps what he was told since the last Reset.
struct Watcher {
  std::string name;
  std::uint64_t ticket = 0;  // 0: cut off
  std::optional<std::uint64_t> since = {};
  std::uint64_t reset = 0;
  std::vector<std::string> told = {};

  void take(const std::optional<lock::Changes>& changes, std::uint64_t through) {
    if (!changes) {
      reset = through;
      told.clear();
    } else {
      for (auto& line : shape(*changes)) told.push_back(std::move(line));
    }
    since = changes ? changes->through : through;
  }
  bool covers(const std::string& n) const {
    return name.empty() || n == name || (name.back() == '/' && n.starts_with(name));
  }
};

TEST(WatchProperty, WhoeverWatchesIsToldEverythingSinceHisLastResetOnce) {
  EXPECT_TRUE(rc::check([] {
    base::Random random(*rc::gen::arbitrary<std::uint64_t>());
    node::Watches watches({.changes = 12, .bytes = 1u << 20}, 700);
    watches.begin(100);
    std::uint64_t index = 100, last_ticket = 0;
    std::vector<std::pair<std::uint64_t, std::string>> all;
    std::vector<Watcher> watchers{{""}, {"a"}, {"a/"}, {"a/b"}, {"c"}};
    const std::string names[] = {"a", "a/b", "a/c/d", "b", "c"};
    for (int step = 0; step < 60; ++step) {
      for (auto& watcher : watchers) {
        if (random.chance(300'000) && watcher.ticket != 0) {
          watches.leave(Ticket(std::exchange(watcher.ticket, 0)), watcher.name);
        } else if (random.chance(500'000) && watcher.ticket == 0) {
          watcher.ticket = ++last_ticket;
          watcher.take(watches.stand(Ticket(watcher.ticket), {watcher.name, watcher.since}), index);
        }
      }
      for (auto entries = random.below(4); entries > 0; --entries) {
        std::vector<lock::Event> events;
        for (auto n = random.below(5); n > 0; --n) events.push_back(granted(names[random.below(5)]));
        watches.happened(++index, events);
        for (const auto& event : events) all.emplace_back(index, *node::name_in(event));
      }
      for (const auto& told : watches.tell()) {
        for (auto& watcher : watchers) {
          if (Ticket(watcher.ticket) == told.ticket) watcher.take(told.changes, index);
        }
      }
      for (const auto& watcher : watchers) {
        if (watcher.ticket == 0) continue;
        std::vector<std::string> expected;
        for (const auto& [at, name] : all) {
          if (at > watcher.reset && watcher.covers(name)) expected.push_back(std::to_string(at) + " " + name);
        }
        RC_ASSERT(watcher.told == expected);
      }
    }
  }));
}

TEST(Change, SaysWhatHappened) {
  lock::StatusChanged set;
  set.name = "a";
  set.state = "done";
  set.code = 3;
  set.revision = lock::Revision(8);
  const auto status = node::to_change(5, set);
  EXPECT_EQ(status.what, "status");
  EXPECT_EQ(status.detail, "done");
  EXPECT_EQ(status.code, 3);
  EXPECT_EQ(status.revision, lock::Revision(8));
  set.state.clear();
  EXPECT_EQ(node::to_change(5, set).what, "cleared");
  EXPECT_EQ(node::to_change(5, granted("a", 4)).token, lock::Token(4));
  using lock::EndReason;
  std::vector<std::string> whats;
  for (const auto reason : {EndReason::released, EndReason::session_closed, EndReason::session_expired,
                            EndReason::lease_expired, EndReason::over_max, EndReason::broken}) {
    whats.push_back(node::to_change(5, ended("a", reason)).what);
  }
  EXPECT_THAT(whats, ElementsAre("released", "closed", "expired", "expired", "over-max", "broken"));
}

template <class T>
const T& as(const lock::Reply& reply) {
  return std::get<T>(reply);
}

struct NodeWatch : testing::Test {
  Servers servers{3};
  lock::SessionId session;

  NodeWatch() {
    servers.elect(1);
    session = servers.open(1);
  }
  Ticket watch(std::uint64_t id, std::string name, std::optional<std::uint64_t> since = {}) {
    const auto ticket = servers.submit(id, lock::Query(lock::Watch{std::move(name), since}));
    servers.run(200ms);
    return ticket;
  }
};

TEST_F(NodeWatch, IsToldTheNamesAsTheyAreAndThenWhatHappens) {
  servers.ask(1, set_status(session, 1, "jobs/a", "running"));
  const auto ticket = watch(1, "jobs/");
  const auto first = servers.replies(1, ticket);
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(as<lock::Reset>(first[0]).names.at(0).record->state, "running");
  servers.ask(1, acquire(session, 2, "jobs/b"));
  const auto then = servers.replies(1, ticket);
  ASSERT_EQ(then.size(), 2u);
  const auto& changes = as<lock::Changes>(then[1]);
  EXPECT_GT(changes.through, as<lock::Reset>(first[0]).through);
  EXPECT_EQ(changes.changes.at(0).what, "granted");
  EXPECT_EQ(changes.changes.at(0).name, "jobs/b");
}

TEST_F(NodeWatch, StandsAtAFollowerAndGoesOnAtAnotherServer) {
  const auto ticket = watch(2, "a");
  servers.ask(1, set_status(session, 1, "a", "running"));
  servers.run(200ms);
  const auto told = servers.replies(2, ticket);
  ASSERT_EQ(told.size(), 2u);
  servers.ask(1, set_status(session, 2, "a", "done"));
  const auto again = watch(3, "a", as<lock::Changes>(told[1]).through);
  const auto missed = as<lock::Changes>(servers.replies(3, again).at(0));
  ASSERT_EQ(missed.changes.size(), 1u);
  EXPECT_EQ(missed.changes[0].detail, "done");
}

TEST_F(NodeWatch, IsSentElsewhereByWhoeverHearsNoLeader) {
  const auto ticket = watch(2, "a");
  servers.isolate(2);
  servers.run(3s);
  EXPECT_TRUE(std::holds_alternative<lock::NotLeader>(servers.replies(2, ticket).back()));
}

TEST_F(NodeWatch, OfSomebodyWhoHasGoneStandsNoLonger) {
  const auto ticket = watch(1, "a");
  servers.abandon(1, ticket);
  servers.ask(1, set_status(session, 1, "a", "running"));
  EXPECT_EQ(servers.replies(1, ticket).size(), 1u);
  const auto early = servers.submit(1, lock::Query(lock::Watch{"a", std::nullopt}));
  servers.abandon(1, early);
  servers.run(200ms);
  EXPECT_THAT(servers.replies(1, early), IsEmpty());
}

TEST_F(NodeWatch, OfWhatCanBeNoNameIsRefused) {
  EXPECT_TRUE(std::holds_alternative<lock::Refused>(servers.replies(1, watch(1, "a b")).at(0)));
}

TEST_F(NodeWatch, AllThatWaitForAStatusAreToldTheSame) {
  std::vector<Ticket> tickets;
  for (int i = 0; i < 5; ++i) tickets.push_back(servers.submit(1, lock::Query(lock::WaitStatus{"a", {}})));
  servers.settle();
  servers.ask(1, set_status(session, 1, "a", "done"));
  for (const auto ticket : tickets) {
    ASSERT_EQ(servers.replies(1, ticket).size(), 1u);
    EXPECT_EQ(as<lock::NameView>(servers.replies(1, ticket)[0]).record->state, "done");
  }
}

}  // namespace
}  // namespace node_test
