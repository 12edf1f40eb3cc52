#include "world.hpp"

namespace lock {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> names_of(const Listing& listing) {
  std::vector<std::string> names;
  for (const auto& row : listing.names) names.push_back(row.name);
  return names;
}

TEST(View, OfAnUnknownNameIsEmpty) {
  World world;
  EXPECT_EQ(world.machine.view("a", world.now), (NameView{"a", {}, 0, 0, std::nullopt, std::nullopt}));
}

TEST(View, TellsWhoHoldsSinceWhenAndHowLongYet) {
  World world;
  const auto session = world.open(Millis(10'000), "alice");
  auto nightly = try_for("a");
  nightly.note = "nightly";
  world.ask(session, nightly);
  EXPECT_THAT(world.machine.view("a", world.now + Millis(4'000)).holders,
              ElementsAre(Holder{
                  Token(1), "alice", "nightly", Exclusive{}, false, 1, Millis(4'000), Millis(6'000), {}}));
  world.ask(session, detached("b", Millis(30'000)));
  EXPECT_THAT(
      world.machine.view("b", world.now + Millis(4'000)).holders,
      ElementsAre(Holder{Token(2), "alice", "", Exclusive{}, true, 1, Millis(4'000), Millis(26'000), {}}));
}

// Only an entry ends a hold.
TEST(View, ShowsWhatHasEndedAsItStandsInTheLog) {
  World world;
  const auto session = world.open(Millis(10'000));
  const auto token = world.take(session, "a");
  EXPECT_EQ(world.machine.view("a", world.now + Millis(99'000)).holders.front().left, Millis(0));
  EXPECT_EQ(world.machine.hold_left("a", token, world.now + Millis(99'000)), Millis(0));
}

TEST(HoldLeft, IsOfThatTokenOnly) {
  World world;
  const auto token = world.take(world.open(Millis(10'000)), "a");
  EXPECT_EQ(world.machine.hold_left("a", token, world.now + Millis(1'000)), Millis(9'000));
  EXPECT_EQ(world.machine.hold_left("a", token.next(), world.now), std::nullopt);
  EXPECT_EQ(world.machine.hold_left("b", token, world.now), std::nullopt);
}

TEST(Waiting, KnowsThePlaceWhileItWaitsAndNothingElse) {
  World world;
  const auto holder = world.open(), waiter = world.open();
  const auto token = world.take(holder, "a");
  world.ask(waiter, wait_for("a"));
  EXPECT_EQ(world.machine.waiting(waiter, Sequence(1), world.now + Millis(5)),
            (Queued{"someone", Millis(5), 0}));
  EXPECT_EQ(world.machine.waiting(waiter, Sequence(2), world.now), std::nullopt);
  EXPECT_EQ(world.machine.waiting(SessionId(99), Sequence(1), world.now), std::nullopt);
  world.ask(holder, Release{"a", token});
  EXPECT_EQ(world.machine.waiting(waiter, Sequence(1), world.now), std::nullopt);
}

TEST(WaitForStatus, IsOverWhenTheRecordIsFinished) {
  World world;
  const auto session = world.open();
  const auto over = [&](std::optional<Revision> after = {}) {
    return world.machine.wait_is_over({"job", after});
  };
  EXPECT_FALSE(over());
  EXPECT_FALSE(over(Revision(0)));
  for (const char* state : {"pending", "running", "my-own-word"}) {
    world.ask(session, write("job", state));
    EXPECT_FALSE(over()) << state;
  }
  EXPECT_TRUE(over(Revision(2)));
  EXPECT_FALSE(over(Revision(3)));
  for (const char* state : {"done", "failed", "lost"}) {
    world.ask(session, write("job", state));
    EXPECT_TRUE(over()) << state;
    EXPECT_TRUE(over(Revision(99))) << state;
  }
}

TEST(List, MergesHoldsAndRecordsInOrder) {
  World world;
  const auto session = world.open();
  world.ask(session, write("b", "done"));
  world.ask(session, write("d", "done"));
  world.take(session, "c");
  world.take(session, "b");
  world.take(session, "a");
  const auto listing = world.machine.list("", "", world.now);
  EXPECT_THAT(names_of(listing), ElementsAre("a", "b", "c", "d"));
  EXPECT_FALSE(listing.more);
  for (const auto& row : listing.names) EXPECT_EQ(row, world.machine.view(row.name, world.now));
}

TEST(List, TakesThePrefixAsPlainText) {
  World world;
  const auto session = world.open();
  for (const char* name : {"a", "job", "job/1", "jobs", "jo", "k"}) world.take(session, name);
  world.ask(session, write("job/2", "done"));
  EXPECT_THAT(names_of(world.machine.list("job", "", world.now)),
              ElementsAre("job", "job/1", "job/2", "jobs"));
  EXPECT_THAT(names_of(world.machine.list("job/", "", world.now)), ElementsAre("job/1", "job/2"));
  EXPECT_THAT(names_of(world.machine.list("z", "", world.now)), IsEmpty());
}

TEST(List, ContinuesBehindAName) {
  Limits limits;
  limits.listed = 2;
  World world(limits);
  const auto session = world.open();
  for (const char* name : {"p/1", "p/2", "p/3", "p/4", "q"}) world.take(session, name);
  const auto first = world.machine.list("p/", "", world.now);
  EXPECT_THAT(names_of(first), ElementsAre("p/1", "p/2"));
  EXPECT_TRUE(first.more);
  const auto rest = world.machine.list("p/", "p/2", world.now);
  EXPECT_THAT(names_of(rest), ElementsAre("p/3", "p/4"));
  EXPECT_FALSE(rest.more);
  EXPECT_THAT(names_of(world.machine.list("p/", "a", world.now)), ElementsAre("p/1", "p/2"));
  EXPECT_THAT(names_of(world.machine.list("p/", "x", world.now)), IsEmpty());
}

// An answer must fit a frame, however large the records are.
TEST(List, EndsEarlyWhereRowsAreLargeButNeverWithoutARow) {
  Limits limits;
  limits.listed_bytes = 50'000;
  World world(limits);
  const auto session = world.open();
  for (const char* name : {"a", "b", "c"}) {
    auto large = write(name, "done");
    large.value = std::string(60'000, 'x');
    world.ask(session, large);
  }
  const auto first = world.machine.list("", "", world.now);
  EXPECT_THAT(names_of(first), ElementsAre("a"));
  EXPECT_TRUE(first.more);
  const auto rest = world.machine.list("", "b", world.now);
  EXPECT_THAT(names_of(rest), ElementsAre("c"));
  EXPECT_FALSE(rest.more);
}

TEST(Digest, IsOfTheStateAndNotOfTheWayThere) {
  World one, other;
  EXPECT_EQ(one.machine.digest(), other.machine.digest());
  const auto a = one.open();
  EXPECT_NE(one.machine.digest(), other.machine.digest());
  const auto b = other.open();
  one.machine.view("x", one.now);
  EXPECT_EQ(one.machine.digest(), other.machine.digest());
  one.take(a, "x");
  other.take(b, "y");
  EXPECT_NE(one.machine.digest(), other.machine.digest());
}

TEST(Machine, IsAValueThatCanBeCopied) {
  World world;
  const auto holder = world.open(), waiter = world.open();
  const auto token = world.take(holder, "a");
  world.ask(waiter, wait_for("a"));
  Machine copy = world.machine;
  const auto before = copy.digest();
  world.ask(holder, Release{"a", token});
  EXPECT_EQ(copy.digest(), before);
  copy.check();
  EXPECT_EQ(copy.view("a", world.now).holders.front().token, token);
}

}  // namespace
}  // namespace lock
