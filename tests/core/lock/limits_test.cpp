// What is bounded, and how operators move the bounds.
#include "core/lock/limits.hpp"

#include "world.hpp"

namespace lock {
namespace {

using testing::ElementsAre;

TEST(Settings, AreListedByNameAndAppliedByIt) {
  const auto settings = settings_of(Limits());
  EXPECT_TRUE(std::is_sorted(settings.begin(), settings.end(),
                             [](const Setting& a, const Setting& b) { return a.name < b.name; }));
  for (const auto& setting : settings) {
    Limits limits;
    EXPECT_TRUE(apply_setting(limits, setting).ok()) << setting.name;
    EXPECT_EQ(settings_of(limits), settings);
  }
  Limits limits;
  ASSERT_TRUE(apply_setting(limits, {"ttl_max", 120'000}).ok());
  EXPECT_EQ(limits.ttl_max, Millis(120'000));
}

TEST(Settings, OutOfBoundsOrUnknownAreRefusedInOneLine) {
  Limits limits;
  EXPECT_EQ(apply_setting(limits, {"evict_lru", 2}).error(), "evict_lru is 0 to 1, not 2");
  const auto unknown = apply_setting(limits, {"nothing", 2}).error();
  EXPECT_THAT(unknown, testing::HasSubstr("waiters_per_lock"));
  EXPECT_EQ(unknown.find('\n'), std::string::npos);
}

TEST(Configure, MovesAllOrNone) {
  World world;
  EXPECT_THAT(world.apply(Configure{{{"sessions", 1}, {"records", 0}}}), refused_because("records is 1 to"));
  EXPECT_EQ(world.machine.settings().settings, settings_of(Limits()));
  EXPECT_THAT(world.apply(Configure{{{"sessions", 1}, {"records", 1}}}), is<Settings>());
  world.open();
  EXPECT_THAT(world.apply(OpenSession{Millis(1'000), "", {}}), refused_because("1 sessions"));
}

TEST(Configure, EndsNothingThatIsThere) {
  World world;
  const auto a = world.open(), b = world.open();
  world.take(a, "x");
  world.take(a, "y");
  world.apply(Configure{{{"sessions", 1}, {"locks", 1}}});
  EXPECT_TRUE(world.holder("x") && world.holder("y"));
  EXPECT_THAT(world.ask(b, try_for("z")), refused_because("1 locks"));
  EXPECT_THAT(world.ask(b, try_for("x")), is<Held>());
}

TEST(Bounds, CountAllWaitersTogether) {
  Limits limits;
  limits.waiters = 2;
  World world(limits);
  const auto holder = world.open(), a = world.open(), b = world.open();
  world.take(holder, "x");
  world.take(holder, "y");
  world.ask(a, wait_for("x"));
  world.ask(a, wait_for("y"));
  EXPECT_THAT(world.ask(b, wait_for("x")), refused_because("2 requests wait"));
  world.ask(a, Cancel{Sequence(1)});
  EXPECT_THAT(world.ask(b, wait_for("x")), is<Queued>());
}

class RecordBytes : public testing::Test {
 protected:
  static Limits limits(bool evict) {
    Limits limits;
    limits.record_bytes = 20;
    limits.evict_lru = evict;
    return limits;
  }
  Reply put(const std::string& name, const std::string& value, const std::string& state = "done") {
    auto request = write(name, state);
    request.value = value;
    return world.ask(session, request);
  }
  std::vector<std::string> kept() const {
    std::vector<std::string> names;
    for (const auto& [name, record] : world.machine.records()) names.push_back(name);
    return names;
  }

  World world{limits(true)};
  SessionId session = world.open();
};

TEST_F(RecordBytes, AreBoundedTogether) {
  world = World(limits(false));
  session = world.open();
  EXPECT_THAT(put("a", "123456789"), is<StatusSet>());
  EXPECT_THAT(put("b", "123456789"), is<StatusSet>());
  EXPECT_THAT(put("c", ""), refused_because("status records of 20 bytes"));
  EXPECT_THAT(put("a", "12345678"), is<StatusSet>());
  EXPECT_THAT(put("c", ""), is<StatusSet>());
}

TEST_F(RecordBytes, AreHadFromTheFinishedRecordThatWasTouchedLongestAgo) {
  put("a", "1234567");
  put("b", "1234567");
  put("a", "1234567");
  EXPECT_THAT(put("c", "1234567"), is<StatusSet>());
  EXPECT_THAT(kept(), ElementsAre("a", "c"));
  EXPECT_EQ(world.events_of<StatusChanged>().at(3).name, "b");
  EXPECT_EQ(world.events_of<StatusChanged>().at(3).state, "");
}

TEST_F(RecordBytes, AreNotHadFromWhatIsUnfinishedOrHeld) {
  put("a", "1234567", "running");
  put("b", "1234567");
  world.take(session, "b");
  EXPECT_THAT(put("c", "1234567"), is<Refused>());
  EXPECT_THAT(kept(), ElementsAre("a", "b"));
}

TEST_F(RecordBytes, AreNotTakenInVain) {
  put("a", "1");
  put("b", "1234567890123", "running");
  EXPECT_THAT(put("c", "1234567"), is<Refused>());
  EXPECT_THAT(kept(), ElementsAre("a", "b"));
}

}  // namespace
}  // namespace lock
