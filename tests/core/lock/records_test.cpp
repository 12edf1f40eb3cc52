#include "world.hpp"

namespace lock {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Record record_of(const World& world, const std::string& name) {
  return world.machine.view(name, world.now).record.value();
}

SetStatus write_under(const std::string& name, const std::string& state, Token token) {
  auto request = write(name, state);
  request.token = token;
  return request;
}

TEST(Record, KeepsWhatWasWrittenAndByWhom) {
  World world;
  const auto session = world.open(Millis(10'000), "alice");
  auto request = write("job", "failed");
  request.code = -3;
  request.value = std::string("a\0b", 3);
  request.ttl = Millis(60'000);
  EXPECT_EQ(world.ask(session, request), Reply(StatusSet{Revision(1)}));
  world.pass(Millis(1'500));
  EXPECT_EQ(record_of(world, "job"), (Record{"failed",
                                             -3,
                                             base::Bytes(std::string("a\0b", 3)),
                                             "alice",
                                             std::nullopt,
                                             0,
                                             Revision(1),
                                             Millis(1'500),
                                             Millis(58'500),
                                             false,
                                             std::nullopt,
                                             {}}));
  EXPECT_THAT(world.events_of<StatusChanged>(),
              ElementsAre(StatusChanged{"job", "failed", Revision(1), std::nullopt, session,
                                        base::Bytes(std::string("alice")), -3}));
}

TEST(Record, OutlivesItsWritersSession) {
  World world;
  const auto session = world.open(Millis(10'000), "alice");
  world.ask(session, write("job", "done"));
  world.apply(CloseSession{session});
  EXPECT_EQ(record_of(world, "job").writer, "alice");
}

TEST(Record, IsGoneAtTheEndOfItsTtl) {
  World world;
  const auto session = world.open(Millis(90'000));
  auto request = write("job", "done");
  request.ttl = Millis(60'000);
  world.ask(session, request);
  world.pass(Millis(59'999));
  EXPECT_TRUE(world.machine.view("job", world.now).record);
  world.pass(Millis(1));
  EXPECT_FALSE(world.machine.view("job", world.now).record);
  EXPECT_EQ(world.events_of<StatusChanged>().back(),
            (StatusChanged{"job", "", Revision(1), std::nullopt, SessionId(0), {}, std::nullopt}));
}

TEST(Record, CountsItsTtlAnewWithEveryWrite) {
  World world;
  const auto session = world.open(Millis(3'600'000));
  auto request = write("job", "running");
  request.ttl = Millis(60'000);
  world.ask(session, request);
  world.pass(Millis(50'000));
  world.ask(session, request);
  world.pass(Millis(50'000));
  EXPECT_EQ(record_of(world, "job").left, Millis(10'000));
  request.ttl = Millis(1'000);
  world.ask(session, request);
  EXPECT_EQ(record_of(world, "job").left, Millis(1'000));
}

TEST(CompareAndSet, WritesOnlyOverTheRevisionItNames) {
  World world;
  const auto session = world.open();
  auto request = write("job", "running");
  request.if_revision = Revision(0);
  EXPECT_EQ(world.ask(session, request), Reply(StatusSet{Revision(1)}));
  EXPECT_EQ(world.ask(session, request), Reply(RevisionMismatch{Revision(1)}));
  request.if_revision = Revision(1);
  EXPECT_EQ(world.ask(session, request), Reply(StatusSet{Revision(2)}));
  EXPECT_EQ(world.ask(session, request), Reply(RevisionMismatch{Revision(2)}));
}

TEST(CompareAndSet, FindsNoRecordAtRevisionZero) {
  World world;
  const auto session = world.open();
  auto request = write("job", "running");
  request.if_revision = Revision(7);
  EXPECT_EQ(world.ask(session, request), Reply(RevisionMismatch{Revision(0)}));
}

TEST(CompareAndSet, IsNotFooledByARecordThatWasMadeAnew) {
  World world;
  const auto session = world.open();
  world.ask(session, write("job", "running"));
  world.ask(session, ClearStatus{"job", std::nullopt});
  world.ask(session, write("job", "running"));
  auto request = write("job", "done");
  request.if_revision = Revision(1);
  EXPECT_EQ(world.ask(session, request), Reply(RevisionMismatch{Revision(2)}));
}

TEST(Clear, TellsWhetherThereWasARecord) {
  World world;
  const auto session = world.open();
  EXPECT_EQ(world.ask(session, ClearStatus{"job", std::nullopt}), Reply(StatusCleared{false}));
  EXPECT_THAT(world.events_of<StatusChanged>(), IsEmpty());
  world.ask(session, write("job", "done"));
  EXPECT_EQ(world.ask(session, ClearStatus{"job", Revision(2)}), Reply(RevisionMismatch{Revision(1)}));
  EXPECT_EQ(world.ask(session, ClearStatus{"job", Revision(1)}), Reply(StatusCleared{true}));
  EXPECT_EQ(world.events_of<StatusChanged>().back().state, "");
  EXPECT_FALSE(world.machine.view("job", world.now).record);
}

TEST(Token, MustBeALiveHoldOfTheSameName) {
  World world;
  const auto session = world.open();
  const auto old = world.take(session, "job");
  world.ask(session, Release{"job", old});
  const auto live = world.take(session, "job"), other = world.take(session, "other");
  EXPECT_EQ(world.ask(session, write_under("job", "done", old)), Reply(StaleToken{}));
  EXPECT_EQ(world.ask(session, write_under("job", "done", other)), Reply(StaleToken{}));
  EXPECT_THAT(world.events_of<StaleTokenRefused>(),
              ElementsAre(StaleTokenRefused{"job", old, session}, StaleTokenRefused{"job", other, session}));
  EXPECT_FALSE(world.machine.view("job", world.now).record);
  EXPECT_EQ(world.ask(session, write_under("job", "done", live)), Reply(StatusSet{Revision(1)}));
}

TEST(Token, ThatIsStaleIsSaidBeforeTheRevision) {
  World world;
  const auto session = world.open();
  auto request = write_under("job", "done", Token(9));
  request.if_revision = Revision(9);
  EXPECT_EQ(world.ask(session, request), Reply(StaleToken{}));
}

TEST(Token, OfAnExpiredHoldIsStaleInTheVeryEntryThatEndsIt) {
  World world;
  const auto session = world.open(Millis(90'000));
  const auto token = world.take_detached(session, "job", Millis(5'000));
  world.now = world.now + Millis(5'000);
  EXPECT_EQ(world.ask(session, write_under("job", "done", token)), Reply(StaleToken{}));
}

TEST(Attempt, CountsTheTokensThatHaveWritten) {
  World world;
  const auto session = world.open();
  world.ask(session, write("job", "pending"));
  EXPECT_EQ(record_of(world, "job").attempt, 0u);
  const auto first = world.take(session, "job");
  world.ask(session, write_under("job", "running", first));
  world.ask(session, write_under("job", "running", first));
  EXPECT_EQ(record_of(world, "job").attempt, 1u);
  world.ask(session, write("job", "pending"));
  EXPECT_EQ(record_of(world, "job").token, std::nullopt);
  world.ask(session, write_under("job", "running", first));
  EXPECT_EQ(record_of(world, "job").attempt, 1u);
  world.ask(session, Release{"job", first});
  const auto second = world.take(session, "job");
  world.ask(session, write_under("job", "running", second));
  EXPECT_EQ(record_of(world, "job").attempt, 2u);
  EXPECT_EQ(record_of(world, "job").token, second);
}

TEST(Attempt, BeginsAnewWithANewRecord) {
  World world;
  const auto session = world.open();
  const auto token = world.take(session, "job");
  world.ask(session, write_under("job", "running", token));
  world.ask(session, ClearStatus{"job", std::nullopt});
  world.ask(session, write_under("job", "running", token));
  EXPECT_EQ(record_of(world, "job").attempt, 1u);
}

TEST(RecordBounds, AreSaidToWhoBreaksThem) {
  Limits limits;
  limits.records = 1;
  World world(limits);
  const auto session = world.open();
  for (const std::string state : {"", "Done", "all done", "ü", "a/b"}) {
    EXPECT_THAT(world.ask(session, write("job", state)), refused_because("1 to 32 of a-z")) << state;
  }
  EXPECT_THAT(world.ask(session, write("job", std::string(33, 'x'))), is<Refused>());
  EXPECT_THAT(world.ask(session, write("job name", "done")), refused_because("space"));
  EXPECT_THAT(world.ask(session, ClearStatus{"", std::nullopt}), refused_because("empty"));
  auto request = write("job", "done");
  request.value = std::string(64 * 1024 + 1, 'x');
  EXPECT_THAT(world.ask(session, request), refused_because("65536 bytes; this one has 65537"));
  request.value.pop_back();
  request.ttl = Millis(99);
  EXPECT_THAT(world.ask(session, request), refused_because("100ms to 365d"));
  request.ttl = Millis(365LL * 24 * 3'600'000 + 1);
  EXPECT_THAT(world.ask(session, request), refused_because("100ms to 365d"));
  request.ttl -= Millis(1);
  EXPECT_THAT(world.ask(session, request), is<StatusSet>());
  EXPECT_THAT(world.ask(session, write("job-2", "done")), refused_because("1 status records"));
  EXPECT_THAT(world.ask(session, write("job", std::string(32, 'x'))), is<StatusSet>());
}

}  // namespace
}  // namespace lock
