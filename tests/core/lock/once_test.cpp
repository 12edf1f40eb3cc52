// Jobs that are done once, whoever asks and whoever dies.
#include "world.hpp"

namespace lock {
namespace {

using testing::ElementsAre;

class OnceJob : public testing::Test {
 protected:
  static Once job() {
    Once request;
    request.name = "job";
    request.keep = Millis(60'000);
    request.attempts = 2;
    request.input = "hash";
    return request;
  }
  Token run(SessionId session) { return std::get<Granted>(world.ask(session, job())).token; }
  Reply finish(SessionId session, Token token, std::int64_t code = 0, const std::string& output = "out") {
    return world.ask(session, FinishOnce{"job", token, code, base::Bytes(output), false});
  }
  Record record() const { return world.machine.view("job", world.now).record.value(); }
  OnceEnded outcome(const Reply& reply) const { return std::get<OnceEnded>(reply); }

  World world;
  SessionId a = world.open(Millis(10'000), "a"), b = world.open(Millis(90'000), "b"),
            c = world.open(Millis(90'000), "c");
};

TEST_F(OnceJob, IsRunByTheFirstAndToldToTheOthers) {
  const auto granted = std::get<Granted>(world.ask(a, job()));
  EXPECT_EQ(granted.attempt, 1u);
  EXPECT_EQ(record().state, "running");
  EXPECT_EQ(record().left, std::nullopt);
  EXPECT_THAT(world.ask(b, job()), is<Queued>());
  EXPECT_THAT(world.ask(c, job()), is<Queued>());
  EXPECT_THAT(finish(a, granted.token), is<OnceFinished>());
  for (const auto waiter : {b, c}) {
    const auto ended = outcome(world.late(waiter, Sequence(1)).value());
    EXPECT_EQ(ended.state, "done");
    EXPECT_EQ(ended.output.view(), "out");
    EXPECT_EQ(ended.runner, "a");
    EXPECT_EQ(ended.attempt, 1u);
  }
  EXPECT_EQ(record().left, Millis(60'000));
  EXPECT_TRUE(world.machine.locks().empty());
}

TEST_F(OnceJob, IsNotRunAgainAsLongAsItsOutcomeIsKept) {
  finish(a, run(a));
  world.pass(Millis(59'999));
  EXPECT_EQ(outcome(world.ask(b, job())).output.view(), "out");
  world.pass(Millis(1));
  EXPECT_EQ(std::get<Granted>(world.ask(b, job())).attempt, 1u);
}

TEST_F(OnceJob, IsTakenOverFromADeadRunnerByTheNextInLine) {
  run(a);
  world.ask(b, job());
  world.ask(c, job());
  world.pass(Millis(10'000));
  const auto granted = std::get<Granted>(world.late(b, Sequence(1)).value());
  EXPECT_EQ(granted.attempt, 2u);
  EXPECT_FALSE(world.late(c, Sequence(1)));
  finish(b, granted.token);
  EXPECT_EQ(outcome(world.late(c, Sequence(1)).value()).attempt, 2u);
}

TEST_F(OnceJob, IsLostWhenItsAttemptsAreUsedUp) {
  run(a);
  world.ask(b, job());
  world.ask(c, job());
  world.pass(Millis(10'000));
  world.apply(CloseSession{b});
  EXPECT_EQ(outcome(world.late(c, Sequence(1)).value()).state, "lost");
  EXPECT_EQ(record().state, "lost");
  EXPECT_EQ(record().left, Millis(60'000));
}

TEST_F(OnceJob, StaysPendingWithNobodyInLineUntilTheNextCaller) {
  run(a);
  world.pass(Millis(10'000));
  EXPECT_EQ(record().state, "pending");
  EXPECT_EQ(record().left, Millis(60'000));
  EXPECT_EQ(std::get<Granted>(world.ask(b, job())).attempt, 2u);
}

TEST_F(OnceJob, KeepsAPendingRecordWhileSomebodyWaitsToRun) {
  world.take(c, "job");
  world.ask(b, job());
  EXPECT_EQ(record().state, "pending");
  EXPECT_EQ(record().left, std::nullopt);
  world.pass(Millis(70'000));
  EXPECT_EQ(record().state, "pending");
  world.ask(b, Cancel{Sequence(1)});
  EXPECT_EQ(record().left, Millis(60'000));
}

TEST_F(OnceJob, RefusesALateResultAndKeepsItAsEvidence) {
  const auto token = run(a);
  world.ask(b, job());
  world.pass(Millis(10'000));
  const auto again = world.open(Millis(10'000), "a again");
  EXPECT_EQ(finish(again, token, 7), Reply(StaleToken{}));
  EXPECT_EQ(record().late, (std::vector<LateResult>{{token, 7, "a again", Millis(0)}}));
  EXPECT_EQ(record().state, "running");
  EXPECT_THAT(world.events_of<StaleTokenRefused>(), ElementsAre(StaleTokenRefused{"job", token, again}));
}

TEST_F(OnceJob, ReplaysAFailureOrTriesAgain) {
  EXPECT_EQ(std::get<OnceFinished>(finish(a, run(a), 3)).state, "failed");
  EXPECT_EQ(outcome(world.ask(b, job())).code, 3);
  world.ask(b, ClearStatus{"job", std::nullopt});
  auto next = job();
  next.on_fail = OnFail::next;
  const auto first = std::get<Granted>(world.ask(a, next));
  world.ask(b, next);
  EXPECT_EQ(std::get<OnceFinished>(finish(a, first.token, 3)).state, "pending");
  const auto second = std::get<Granted>(world.late(b, world.last(b)).value());
  EXPECT_EQ(second.attempt, 2u);
  EXPECT_EQ(std::get<OnceFinished>(finish(b, second.token, 4)).state, "failed");
  EXPECT_EQ(record().code, 4);
}

TEST_F(OnceJob, BindsLaterCallersToTheTermsOfTheFirst) {
  run(a);
  auto other = job();
  other.keep = Millis(61'000);
  EXPECT_THAT(world.ask(b, other), refused_because("keep 1m, not 1m 1s"));
  other = job();
  other.attempts = 3;
  EXPECT_THAT(world.ask(b, other), refused_because("attempts 2, not 3"));
  other = job();
  other.on_fail = OnFail::next;
  EXPECT_THAT(world.ask(b, other), refused_because("on-fail replay, not next"));
  other = job();
  other.input = "another";
  EXPECT_THAT(world.ask(b, other), refused_because("another input"));
  other.input.clear();
  EXPECT_THAT(world.ask(b, other), is<Queued>());
}

TEST_F(OnceJob, RefusesARecordOfAnotherKindAndIsNotWrittenOver) {
  world.ask(a, write("job", "done"));
  EXPECT_THAT(world.ask(b, job()), refused_because("written by status; clear it first"));
  world.ask(a, ClearStatus{"job", std::nullopt});
  const auto token = run(a);
  EXPECT_THAT(world.ask(b, write("job", "done")), refused_because("once that is running"));
  EXPECT_THAT(world.ask(b, ClearStatus{"job", std::nullopt}), refused_because("once that is running"));
  finish(a, token);
  EXPECT_THAT(world.ask(b, write("job", "done")), refused_because("clear it first"));
  EXPECT_EQ(world.ask(b, ClearStatus{"job", std::nullopt}), Reply(StatusCleared{true}));
}

TEST_F(OnceJob, ExcludesWhoeverHoldsTheLockOfTheSameName) {
  const auto token = run(a);
  EXPECT_THAT(world.ask(b, try_for("job")), is<Held>());
  EXPECT_THAT(world.ask(a, try_for("job")), refused_because("runs it as a once"));
  finish(a, token);
  world.take(b, "job");
  world.ask(c, ClearStatus{"job", std::nullopt});
  EXPECT_THAT(world.ask(c, job()), is<Queued>());
  EXPECT_THAT(world.ask(b, job()), refused_because("already"));
  EXPECT_THAT(finish(b, world.holder("job")->token), refused_because("not of a once"));
}

TEST_F(OnceJob, ThatDoesNotWaitLeavesNoRecordBehind) {
  world.take(b, "job");
  auto request = job();
  request.wait = false;
  EXPECT_THAT(world.ask(a, request), is<Held>());
  EXPECT_FALSE(world.machine.view("job", world.now).record);
}

TEST_F(OnceJob, RetriesFindTheOutputAsLongAsItIsThere) {
  finish(a, run(a));
  const auto first = world.ask_as(b, 1, job());
  EXPECT_EQ(world.ask_as(b, 1, job()), first);
  world.ask_as(b, 2, ClearStatus{"job", std::nullopt});
  const auto later = outcome(world.ask_as(b, 1, job()));
  EXPECT_EQ(later.state, "done");
  EXPECT_TRUE(later.cut);
  EXPECT_EQ(later.output.size(), 0u);
}

TEST_F(OnceJob, WhoseRunIsBrokenIsRunByTheNext) {
  const auto token = run(a);
  world.ask(b, job());
  world.ask(c, Break{"job", token, "hangs", true});
  EXPECT_EQ(std::get<Granted>(world.late(b, Sequence(1)).value()).attempt, 2u);
  EXPECT_EQ(finish(a, token), Reply(StaleToken{}));
}

TEST_F(OnceJob, KeepsItsOutcomeWithoutTheOutputWhereThatHasNoRoom) {
  Limits limits;
  limits.record_bytes = 5;
  world = World(limits);
  const auto session = world.open();
  const auto token = std::get<Granted>(world.ask(session, job())).token;
  EXPECT_EQ(std::get<OnceFinished>(finish(session, token, 0, "long output")).state, "done");
  EXPECT_TRUE(record().cut);
  EXPECT_EQ(record().value.size(), 0u);
}

TEST_F(OnceJob, IsRefusedOutOfBounds) {
  auto request = job();
  request.attempts = 0;
  EXPECT_THAT(world.ask(a, request), refused_because("attempts"));
  request = job();
  request.keep = Millis(1);
  EXPECT_THAT(world.ask(a, request), refused_because("kept for"));
  request = job();
  request.name = "lockd/recovered";
  EXPECT_THAT(world.ask(a, request), refused_because("another name"));
}

}  // namespace
}  // namespace lock
