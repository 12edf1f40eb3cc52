// lockctl watch, against real servers: what happens is told as it happens, and gaps are said.
#include <csignal>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sstream>

#include "lockctl_world.hpp"

namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using world::ctl;
using world::eventually;

std::string acquired(const std::string& name) {
  const auto out = ctl({"acquire", name}).out;
  return out.substr(0, out.find('\n'));
}

std::vector<json> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<json> out;
  for (std::string line; std::getline(in, line);) {
    auto read = json::parse(line, nullptr, false);
    if (!read.is_discarded()) out.push_back(read);
  }
  return out;
}

std::vector<std::string> told(const std::string& text) {
  std::vector<std::string> out;
  for (const auto& line : lines_of(text)) {
    if (line.contains("what"))
      out.push_back(line["what"].get<std::string>() + " " + line["name"].get<std::string>());
  }
  return out;
}

TEST(LockctlWatch, TellsGrantsEndsAndRecordsOfEverythingBelowAPrefix) {
  const auto space = world::fresh_name();
  world::Running watch(world::ctl_words({"watch", space + "/", "--output", "json"}), {}, world::folder());
  ASSERT_TRUE(eventually([&] { return !watch.out().empty(); }));
  const auto token = acquired(space + "/a");
  ctl({"status", space + "/b", "--set", "done", "--code", "3"});
  acquired(space + "-beside");
  ctl({"release", space + "/a", "--token", token});
  EXPECT_TRUE(eventually([&] { return told(watch.out()).size() == 3; })) << watch.out();
  EXPECT_EQ(told(watch.out()), (std::vector<std::string>{"granted " + space + "/a", "status " + space + "/b",
                                                         "released " + space + "/a"}));
  watch.signal(SIGINT);
  const auto end = watch.wait();
  EXPECT_EQ(end.code, 0);
  EXPECT_EQ(end.err, "");
}

TEST(LockctlWatch, GoesOnOverAChangeOfTheLeader) {
  const auto name = world::fresh_name();
  world::Running watch(world::ctl_words({"watch", name, "--output", "json"}), {}, world::folder());
  ASSERT_TRUE(eventually([&] { return !watch.out().empty(); }));
  const auto token = acquired(name);
  ASSERT_EQ(ctl({"transfer"}).code, 0);
  ctl({"release", name, "--token", token});
  EXPECT_TRUE(eventually([&] { return told(watch.out()).size() == 2; })) << watch.out();
  const auto lines = lines_of(watch.out());
  EXPECT_EQ(told(watch.out()), (std::vector<std::string>{"granted " + name, "released " + name}));
  // One fresh view, at its beginning.
  EXPECT_EQ(std::ranges::count_if(lines, [](const json& line) { return line.contains("reset"); }), 1);
}

TEST(LockctlWatch, GoesOnBehindAnIndex) {
  const auto name = world::fresh_name();
  std::uint64_t index = 0;
  {
    world::Running watch(world::ctl_words({"watch", name, "--output", "json"}), {}, world::folder());
    ASSERT_TRUE(eventually([&] { return !watch.out().empty(); }));
    ctl({"status", name, "--set", "running"});
    ASSERT_TRUE(eventually([&] { return told(watch.out()).size() == 1; }));
    index = lines_of(watch.out()).back()["index"];
  }
  ctl({"status", name, "--set", "done"});
  world::Running later(
      world::ctl_words({"watch", name, "--since", std::to_string(index), "--output", "json"}), {},
      world::folder());
  ASSERT_TRUE(eventually([&] { return told(later.out()).size() == 1; })) << later.out();
  EXPECT_EQ(lines_of(later.out()).front()["detail"], "done");
}

TEST(LockctlStatusWatch, BeginsWithTheStatus) {
  const auto name = world::fresh_name();
  acquired(name);
  world::Running watch(world::ctl_words({"status", name, "--watch"}), {}, world::folder());
  EXPECT_TRUE(eventually([&] { return watch.out().starts_with("name      " + name + "\nheld      by "); }))
      << watch.out();
  ctl({"status", name, "--set", "done"});
  EXPECT_TRUE(eventually([&] { return watch.out().find(name + " status done") != std::string::npos; }))
      << watch.out();
}

TEST(LockctlWatch, SaysThatNoServerAnswers) {
  const std::vector<std::string> words = {world::lockctl(), "--endpoints", "127.0.0.1:1",
                                          "--timeout",      "300ms",       "watch"};
  const auto end = world::Running(words, {}, world::folder()).wait();
  EXPECT_EQ(end.code, 124);
  EXPECT_NE(end.err.find("no server was reached"), std::string::npos) << end.err;
}

}  // namespace
