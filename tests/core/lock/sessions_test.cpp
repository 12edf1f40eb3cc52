#include "world.hpp"

namespace lock {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;

TEST(Session, IsMintedAnewEveryTimeAndNeverReused) {
  World world;
  const auto first = world.open();
  world.apply(CloseSession{first});
  EXPECT_NE(world.open(), first);
}

TEST(Session, LivesForItsTtlFromTheStampThatOpenedIt) {
  World world;
  const auto opened = std::get<SessionOpened>(world.apply(OpenSession{Millis(5'000), "me", {}}));
  EXPECT_EQ(opened.lease, (Lease{LogTime{1'000}, LogTime{6'000}}));
  world.pass(Millis(4'999));
  EXPECT_THAT(world.events_of<SessionEnded>(), IsEmpty());
  world.pass(Millis(1));
  EXPECT_THAT(world.events_of<SessionEnded>(), ElementsAre(SessionEnded{opened.session, true}));
}

TEST(Session, IsKeptAliveFromTheStampOfTheRenewal) {
  World world;
  const auto session = world.open(Millis(5'000));
  world.pass(Millis(3'000));
  EXPECT_EQ(world.apply(KeepAlive{session}), Reply(KeptAlive{Lease{LogTime{4'000}, LogTime{9'000}}}));
  world.pass(Millis(4'999));
  EXPECT_THAT(world.apply(KeepAlive{session}), is<KeptAlive>());
}

TEST(Session, IsOverAtItsEndEvenForARenewalInTheSameEntry) {
  World world;
  const auto session = world.open(Millis(5'000));
  world.now = world.now + Millis(5'000);
  EXPECT_EQ(world.apply(KeepAlive{session}), Reply(SessionExpired{}));
}

TEST(Session, IsNeverCreatedAgainByARequest) {
  World world;
  const auto session = world.open();
  world.apply(CloseSession{session});
  for (const auto id : {session, SessionId(0), SessionId(99)}) {
    EXPECT_EQ(world.apply(KeepAlive{id}), Reply(SessionExpired{}));
    EXPECT_EQ(world.apply(CloseSession{id}), Reply(SessionExpired{}));
    EXPECT_EQ(world.ask_as(id, 1, wait_for("a")), Reply(SessionExpired{}));
  }
  EXPECT_FALSE(world.holder("a"));
}

TEST(Session, EndsItsHoldsWhenItIsClosed) {
  World world;
  const auto session = world.open();
  const auto a = world.take(session, "a"), b = world.take(session, "b");
  EXPECT_EQ(world.apply(CloseSession{session}), Reply(SessionClosed{}));
  EXPECT_THAT(world.events_of<HoldEnded>(), ElementsAre(ended("a", a, session, EndReason::session_closed),
                                                        ended("b", b, session, EndReason::session_closed)));
  EXPECT_THAT(world.machine.list("", "", world.now).names, IsEmpty());
}

TEST(Session, EndsItsHoldsWhenItExpiresAndTheNextInLineIsGranted) {
  World world;
  const auto dead = world.open(Millis(5'000)), next = world.open(Millis(60'000));
  const auto token = world.take(dead, "a");
  EXPECT_THAT(world.ask(next, wait_for("a")), is<Queued>());
  world.pass(Millis(5'000));
  EXPECT_THAT(world.events_of<HoldEnded>(), ElementsAre(ended("a", token, dead, EndReason::session_expired)));
  EXPECT_THAT(world.late(next, world.last(next)),
              Optional(Reply(Granted{token.next(), Lease{LogTime{6'000}, LogTime{61'000}}, true})));
}

TEST(Session, LeavesItsDetachedHoldsBehind) {
  World world;
  const auto session = world.open();
  const auto token = world.take_detached(session, "a", Millis(60'000));
  world.apply(CloseSession{session});
  EXPECT_THAT(world.machine.hold_left("a", token, world.now), Optional(Millis(60'000)));
  EXPECT_EQ(world.holder("a")->who, "someone");
}

TEST(Session, TakesItsWaitersOutOfTheQueueAndTellsThem) {
  World world;
  const auto holder = world.open(), leaver = world.open(), stayer = world.open();
  const auto token = world.take(holder, "a");
  world.ask(leaver, wait_for("a"));
  world.ask(stayer, wait_for("a"));
  world.apply(CloseSession{leaver});
  EXPECT_THAT(world.late(leaver, world.last(leaver)), Optional(Reply(SessionExpired{})));
  EXPECT_EQ(world.machine.waiting(stayer, world.last(stayer), world.now)->ahead, 0u);
  world.ask(holder, Release{"a", token});
  EXPECT_THAT(world.late(stayer, world.last(stayer)), Optional(is<Granted>()));
}

// etcd #11456: a waiter granted without a look at its session.
TEST(Session, ThatEndsInTheSameEntryAsTheHoldersIsPassedOver) {
  World world;
  const auto holder = world.open(Millis(5'000)), gone = world.open(Millis(6'000)),
             alive = world.open(Millis(60'000));
  world.take(holder, "a");
  world.ask(gone, wait_for("a"));
  world.ask(alive, wait_for("a"));
  world.pass(Millis(7'000));
  EXPECT_THAT(world.late(gone, world.last(gone)), Optional(Reply(SessionExpired{})));
  EXPECT_THAT(world.late(alive, world.last(alive)), Optional(is<Granted>()));
  EXPECT_EQ(world.events_of<LockGranted>().back().session, alive);
  EXPECT_EQ(world.events_of<LockGranted>().size(), 2u);
}

TEST(Session, ChoosesItsTtlWithinTheBounds) {
  World world;
  EXPECT_THAT(world.apply(OpenSession{Millis(99), "", {}}), refused_because("100ms to 1d"));
  EXPECT_THAT(world.apply(OpenSession{Millis(24 * 3'600'000 + 1), "", {}}), refused_because("100ms to 1d"));
  EXPECT_THAT(world.apply(OpenSession{Millis(-1), "", {}}), is<Refused>());
  EXPECT_THAT(world.apply(OpenSession{Millis(100), "", {}}), is<SessionOpened>());
}

TEST(Session, IsRefusedBeyondTheirNumberAndWithTooLongADescription) {
  Limits limits;
  limits.sessions = 2;
  World world(limits);
  EXPECT_THAT(world.apply(OpenSession{Millis(1'000), std::string(257, 'x')}), refused_because("256 bytes"));
  const auto first = world.open();
  world.open();
  EXPECT_THAT(world.apply(OpenSession{Millis(1'000), "", {}}), refused_because("2 sessions"));
  world.apply(CloseSession{first});
  EXPECT_THAT(world.apply(OpenSession{Millis(1'000), "", {}}), is<SessionOpened>());
}

TEST(Expiry, EndsEverythingInTheOrderOfEndThenKindThenId) {
  World world;
  const auto early = world.open(Millis(5'000)), late = world.open(Millis(9'000)),
             writer = world.open(Millis(90'000));
  world.take(late, "late");
  world.take(early, "early");
  world.take_detached(writer, "detached", Millis(5'000));
  auto record = write("record", "done");
  record.ttl = Millis(5'000);
  world.ask(writer, record);
  world.events.clear();
  world.pass(Millis(20'000));
  std::vector<std::string> story;
  for (const auto& event : world.events) {
    if (const auto* ended = std::get_if<SessionEnded>(&event))
      story.push_back(ended->session == early ? "early" : "late");
    if (const auto* ended = std::get_if<HoldEnded>(&event)) story.push_back("hold " + ended->name);
    if (const auto* changed = std::get_if<StatusChanged>(&event)) story.push_back("record " + changed->name);
  }
  EXPECT_THAT(story,
              ElementsAre("early", "hold early", "hold detached", "record record", "late", "hold late"));
}

TEST(Expiry, NamesTheEarliestEnd) {
  World world;
  EXPECT_EQ(world.machine.next_expiry(), std::nullopt);
  const auto session = world.open(Millis(5'000));
  EXPECT_THAT(world.machine.next_expiry(), Optional(LogTime{6'000}));
  world.take_detached(session, "a", Millis(2'000));
  EXPECT_THAT(world.machine.next_expiry(), Optional(LogTime{3'000}));
  world.ask(session, Renew{"a", Token(1), Millis(50'000)});
  EXPECT_THAT(world.machine.next_expiry(), Optional(LogTime{6'000}));
}

TEST(Machine, RefusesAStampThatFalls) {
  World world;
  world.pass(Millis(10));
  EXPECT_THROW(world.machine.apply(LogTime{1'009}, {}), base::CheckFailed);
}

}  // namespace
}  // namespace lock
