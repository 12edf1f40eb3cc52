// What happened to a name, read back.
#include "world.hpp"

namespace lock {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> told(const AuditTrail& trail) {
  std::vector<std::string> lines;
  for (const auto& entry : trail.entries)
    lines.push_back(entry.what + " " + std::to_string(entry.token.value) + " " + entry.who + " " + entry.why);
  return lines;
}

class AuditOf : public testing::Test {
 protected:
  AuditTrail trail(const std::string& name, std::uint64_t before = 0) const {
    return world.machine.audit(name, before, world.now);
  }

  World world;
  SessionId a = world.open(Millis(10'000), "a"), b = world.open(Millis(90'000), "b");
};

TEST_F(AuditOf, TellsEveryChangeOfHandsNewestFirst) {
  auto noted = wait_for("x");
  noted.note = "nightly";
  const auto token = std::get<Granted>(world.ask(a, noted)).token;
  world.ask(a, try_for("x"));
  world.ask(a, Downgrade{"x", token});
  world.ask(b, Break{"x", token, "stuck", true});
  world.take(a, "x");
  world.pass(Millis(10'000));
  EXPECT_THAT(told(trail("x")), ElementsAre("expired 2 a ", "granted 2 a ", "broken 1 a b: stuck",
                                            "downgraded 1 a ", "re-entered 1 a ", "granted 1 a nightly"));
}

TEST_F(AuditOf, TellsWhoReleasedWhatWasNotHis) {
  world.ask(b, Release{"x", world.take(a, "x")});
  world.ask(a, Release{"x", world.take(a, "x")});
  world.take(a, "x");
  world.apply(CloseSession{a});
  EXPECT_THAT(told(trail("x")), ElementsAre("closed 3 a ", "granted 3 a ", "released 2 a ", "granted 2 a ",
                                            "released 1 a by b", "granted 1 a "));
}

TEST_F(AuditOf, OneNameHasNothingOfAnother) {
  world.ask(a, acquire({{"x", Exclusive{}}, {"y", Exclusive{}}}));
  world.take(b, "z");
  EXPECT_THAT(told(trail("y")), ElementsAre("granted 1 a "));
  EXPECT_THAT(told(trail("z")), ElementsAre("granted 2 b "));
  EXPECT_THAT(told(trail("w")), IsEmpty());
}

TEST_F(AuditOf, IsReadOnPageByPage) {
  Limits limits;
  limits.listed = 2;
  world = World(limits);
  const auto session = world.open(Millis(10'000), "s");
  for (int i = 0; i < 3; ++i) world.ask(session, Release{"x", world.take(session, "x")});
  std::vector<std::uint64_t> numbers;
  std::uint64_t before = 0;
  for (bool more = true; more;) {
    const auto page = trail("x", before);
    for (const auto& entry : page.entries) numbers.push_back(entry.number);
    EXPECT_LE(page.entries.size(), 2u);
    before = numbers.back();
    more = page.more;
  }
  EXPECT_THAT(numbers, ElementsAre(6, 5, 4, 3, 2, 1));
}

TEST_F(AuditOf, ForgetsTheOldestBeyondItsBound) {
  Limits limits;
  limits.audit_entries = 3;
  world = World(limits);
  const auto session = world.open(Millis(10'000), "s");
  world.ask(session, Release{"x", world.take(session, "x")});
  world.ask(session, Release{"y", world.take(session, "y")});
  EXPECT_THAT(told(trail("x")), ElementsAre("released 1 s "));
  EXPECT_THAT(told(trail("y")), ElementsAre("released 2 s ", "granted 2 s "));
  world.apply(Configure{{{"audit_entries", 0}}});
  world.take(session, "y");
  world.take(session, "z");
  EXPECT_THAT(told(trail("y")), IsEmpty());
}

}  // namespace
}  // namespace lock
