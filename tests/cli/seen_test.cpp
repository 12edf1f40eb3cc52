// --history: what several lockctl saw at once, judged by raftsim.
#include <algorithm>
#include <csignal>
#include <gtest/gtest.h>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "lockctl_world.hpp"

namespace {

using nlohmann::json;
using world::ctl;

std::vector<json> lines_of(const std::string& file) {
  std::istringstream in(world::read_file(file));
  std::vector<json> out;
  for (std::string line; std::getline(in, line);) out.push_back(json::parse(line));
  return out;
}

TEST(LockctlHistory, OfConcurrentProcessesIsAcceptedByTheChecker) {
  const auto name = world::fresh_name(), file = world::folder() + "/seen";
  const auto other = world::fresh_name();
  std::vector<std::unique_ptr<world::Running>> all;
  const auto start = [&](std::vector<std::string> words) {
    all.push_back(std::make_unique<world::Running>(
        world::ctl_words(std::move(words)), world::Environment{{"LOCKD_HISTORY", file}}, world::folder()));
  };
  for (int i = 0; i < 4; ++i) {
    start({"run", name, "--", world::lockctl(), "status", name, "--set", "running"});
    start({"once", other, "--", "echo", "out"});
    start({"acquire", "-n", "-t", "1h", name});
    start({"status", name});
    start({"run", "-s", name + "," + other + "/beside", "--", "true"});
    start({"run", name, "--", world::lockctl(), "run", name, "--", "true"});
  }
  std::string last;
  // An acquire that got it keeps the others waiting until it is released.
  for (auto& one : all) {
    world::eventually([&] {
      const auto token = json::parse(ctl({"status", name, "--output", "json"}).out)["holder"];
      if (!token.is_null() && token["detached"] == true)
        ctl({"--history", file, "release", name, "--token",
             std::to_string(token["token"].get<std::uint64_t>())});
      return world::dead(one->pid());
    });
    one->wait();
  }
  std::set<std::string> operations;
  for (const auto& line : lines_of(file)) operations.insert(line["op"]);
  for (const char* op : {"acquire", "once", "once_finish", "status_get", "status_set", "leave", "expire"})
    EXPECT_TRUE(operations.contains(op)) << op;
  const auto judged =
      world::Running({LOCKD_BINARY_DIR "/raftsim", "check", file}, {}, world::folder()).wait();
  EXPECT_EQ(judged.code, 0) << judged.out << judged.err << world::read_file(file);
}

// By a process of its own, which outlives the lockctl that was told of the file.
TEST(LockctlHistory, TellsWhatIsRenewedAndReleasedForAProcess) {
  const auto name = world::fresh_name(), file = world::folder() + "/kept";
  const auto saw = [&](const std::string& op) {
    return world::eventually([&] {
      return std::ranges::any_of(lines_of(file), [&](const json& line) { return line["op"] == op; });
    });
  };
  world::Running process({"sleep", "600"}, {}, world::folder());
  const auto got =
      ctl({"--history", file, "acquire", "--while-pid", std::to_string(process.pid()), "-t", "5s", name});
  ASSERT_EQ(got.code, 0) << got.err;
  EXPECT_TRUE(saw("renew"));
  process.signal(SIGKILL);
  EXPECT_TRUE(saw("release"));
}

TEST(LockctlHistory, LeavesOutStaleReads) {
  const auto name = world::fresh_name(), file = world::folder() + "/stale";
  EXPECT_EQ(ctl({"--history", file, "status", name, "--stale"}).code, 1);
  EXPECT_TRUE(lines_of(file).empty());
  EXPECT_EQ(ctl({"--history", file, "status", name}).code, 1);
  EXPECT_EQ(lines_of(file).size(), 1u);
}

TEST(LockctlHistory, SaysThatItCannotBeWritten) {
  const auto end = ctl({"--history", "/nowhere/at/all", "ls"});
  EXPECT_EQ(end.code, 125);
  EXPECT_NE(end.err.find("--history: cannot write /nowhere/at/all"), std::string::npos) << end.err;
}

}  // namespace
