// What operators type, against clusters of their own: these tests change who belongs to them.
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sstream>
#include <unistd.h>

#include "lockctl_world.hpp"

namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using namespace std::chrono_literals;

class LockctlMembers : public testing::Test {
 protected:
  LockctlMembers() {
    fs::create_directories(place_);
    const auto up = run({"dev", "up", "--servers", "3"});
    EXPECT_EQ(up.code, 0) << up.err;
  }
  ~LockctlMembers() override {
    run({"dev", "down"});
    fs::remove_all(place_);
  }

  world::Outcome run(std::vector<std::string> words) const {
    words.insert(words.begin(), world::lockctl());
    return world::Running(std::move(words), {}, place_.string()).wait();
  }
  // The lines of what it prints as JSON.
  std::vector<json> lines(std::vector<std::string> words) const {
    words.insert(words.end(), {"--output", "json"});
    const auto end = run(std::move(words));
    EXPECT_EQ(end.code, 0) << end.err;
    std::vector<json> out;
    std::istringstream text(end.out);
    for (std::string line; std::getline(text, line);) out.push_back(json::parse(line));
    return out;
  }
  std::vector<json> members() const { return lines({"members"}); }
  std::vector<std::uint64_t> ids(const std::string& role) const {
    std::vector<std::uint64_t> out;
    for (const auto& member : members()) {
      if (member["role"] == role) out.push_back(member["id"]);
    }
    return out;
  }
  std::uint64_t leader() const {
    const auto leaders = ids("leader");
    EXPECT_EQ(leaders.size(), 1u);
    return leaders.empty() ? 0 : leaders.front();
  }
  bool serves() const { return run({"run", "-w", "20s", "x", "--", "true"}).code == 0; }

  fs::path place_ = fs::path(world::folder()) / ("members-" + std::to_string(::getpid()));
};

TEST_F(LockctlMembers, AreShownWithTheirRoles) {
  const auto shown = run({"members"});
  EXPECT_EQ(shown.code, 0) << shown.err;
  EXPECT_TRUE(shown.out.starts_with("ID  ADDRESS")) << shown.out;
  EXPECT_EQ(std::ranges::count(shown.out, '\n'), 4);
  EXPECT_EQ(ids("leader").size(), 1u);
  EXPECT_EQ(ids("voter").size(), 2u);
  const auto one = members().front();
  for (const char* field : {"id", "address", "role", "priority", "match", "lag", "silent_for_ms", "promote",
                            "installing", "term", "commit", "changing"}) {
    EXPECT_TRUE(one.contains(field)) << field;
  }
}

TEST_F(LockctlMembers, AreRemovedWhileTheOthersServe) {
  const auto gone = ids("voter").front();
  const auto removed = run({"members", "remove", std::to_string(gone)});
  EXPECT_EQ(removed.code, 0) << removed.err;
  EXPECT_EQ(removed.err, "lockctl: server " + std::to_string(gone) + " is removed\n");
  EXPECT_EQ(members().size(), 2u);
  EXPECT_EQ(run({"members", "remove", std::to_string(gone)}).code, 0) << "it is so already";
  EXPECT_TRUE(serves());
}

TEST_F(LockctlMembers, AreRefusedInTheServersWords) {
  const auto never = run({"members", "remove", "77"});
  EXPECT_EQ(never.code, 1);
  EXPECT_EQ(never.err, "lockctl: server 77 has never been a member\n");
  EXPECT_EQ(never.out, "");
  const auto all = run({"members", "remove", "1", "2", "3"});
  EXPECT_EQ(all.code, 1);
  EXPECT_EQ(all.err, "lockctl: no voter would be left\n");
  EXPECT_EQ(members().size(), 3u);
}

// Of three voters one is down: without another, the one that is left would be no majority of the two.
TEST_F(LockctlMembers, AreNotRemovedWhereTooFewOfTheOthersAnswer) {
  const auto voters = ids("voter");
  ASSERT_EQ(run({"dev", "kill", std::to_string(voters[0])}).code, 0);
  const auto refused = [&] {
    const auto end = run({"members", "remove", std::to_string(voters[1])});
    return end.code == 1 &&
           end.err.find("too few of the servers that would vote answer") != std::string::npos;
  };
  // The leader misses its heartbeats first.
  EXPECT_TRUE(world::eventually([&] {
    for (const auto& member : members()) {
      if (member["id"] == voters[0] && member["silent_for_ms"] > 1000) return true;
    }
    return false;
  }));
  EXPECT_TRUE(refused());
  EXPECT_TRUE(world::eventually([&] {
    return run({"members", "remove", std::to_string(voters[0])}).code == 0;
  })) << "the dead one may go";
  EXPECT_TRUE(serves());
}

TEST_F(LockctlMembers, HaveAPriority) {
  ASSERT_EQ(run({"members", "priority", "2", "7"}).code, 0);
  for (const auto& member : members()) EXPECT_EQ(member["priority"], member["id"] == 2 ? 7 : 1);
}

TEST_F(LockctlMembers, HandLeadershipOver) {
  const auto to = ids("voter").front();
  world::Outcome end;
  // On a busy machine the target may be too slow, and is given up.
  EXPECT_TRUE(world::eventually([&] {
    end = run({"transfer", std::to_string(to)});
    return end.code == 0;
  })) << end.err;
  EXPECT_EQ(end.err, "lockctl: server " + std::to_string(to) + " leads\n");
  EXPECT_EQ(leader(), to);
  EXPECT_TRUE(world::eventually([&] { return run({"transfer"}).code == 0; }));
  EXPECT_NE(leader(), to);
  EXPECT_EQ(run({"transfer", "77"}).code, 1);
}

TEST_F(LockctlMembers, SnapshotTheirState) {
  ASSERT_TRUE(serves());
  const auto all = lines({"snapshot", "--all"});
  ASSERT_EQ(all.size(), 3u);
  for (const auto& one : all) {
    EXPECT_EQ(one["done"], true);
    EXPECT_GT(one["index"], 0);
  }
  const auto one = run({"snapshot", "--server", all.front()["endpoint"]});
  EXPECT_EQ(one.code, 0) << one.err;
  EXPECT_TRUE(one.out.starts_with("ADDRESS")) << one.out;
  ASSERT_EQ(run({"dev", "kill", "1"}).code, 0);
  EXPECT_EQ(run({"snapshot", "--all", "-w", "300ms"}).code, 1);
}

TEST_F(LockctlMembers, TellTheirMetrics) {
  ASSERT_TRUE(serves());
  const auto text = run({"metrics"});
  ASSERT_EQ(text.code, 0) << text.err;
  EXPECT_NE(text.out.find("# TYPE lockd_raft_term gauge\nlockd_raft_term "), std::string::npos) << text.out;
  EXPECT_NE(text.out.find("_bucket{le=\"+Inf\"} "), std::string::npos);
  const auto rows = lines({"metrics", "--server", members().front()["address"]});
  EXPECT_TRUE(
      std::ranges::any_of(rows, [](const json& row) { return row["name"] == "lockd_raft_commit_index"; }));
}

TEST_F(LockctlMembers, AreReadWithTheConsistencyThatIsAskedFor) {
  ASSERT_EQ(run({"status", "job", "--set", "done"}).code, 0);
  for (const char* consistency : {"linearizable", "lease", "stale"}) {
    EXPECT_TRUE(world::eventually([&] {
      return run({"status", "job", "--consistency", consistency}).code == 0;
    }));
    EXPECT_EQ(run({"ls", "--consistency", consistency}).code, 0);
    EXPECT_EQ(run({"check", "job", "--token", "3", "--consistency", consistency}).code, 1);
    EXPECT_EQ(run({"status", "job", "--wait", "-w", "20s", "--consistency", consistency}).code, 0);
  }
}

// With two of three servers down nothing can be confirmed; what the third has applied is there all the same.
TEST_F(LockctlMembers, AnswerStaleReadsWithoutAMajority) {
  ASSERT_EQ(run({"status", "job", "--set", "done"}).code, 0);
  const auto left = members().front();
  const std::string endpoint = left["address"];
  const auto stale = [&] { return run({"--endpoints", endpoint, "status", "job", "--stale"}).code; };
  ASSERT_TRUE(world::eventually([&] { return stale() == 0; }));
  for (const auto& member : members()) {
    if (member["id"] == left["id"]) continue;
    EXPECT_EQ(run({"dev", "kill", member["id"].dump()}).code, 0);
  }
  EXPECT_EQ(stale(), 0);
  EXPECT_EQ(run({"--endpoints", endpoint, "--timeout", "1s", "status", "job"}).code, 124);
}

TEST_F(LockctlMembers, GrowAndShrinkWhileTheyServe) {
  const auto added = lines({"dev", "add"});
  ASSERT_EQ(added.size(), 1u);
  EXPECT_EQ(added.front()["node"], 4);
  EXPECT_EQ(members().size(), 4u);
  const auto former = ids("voter").front();
  const auto removed = run({"dev", "remove", std::to_string(former)});
  EXPECT_EQ(removed.code, 0) << removed.err;
  EXPECT_EQ(members().size(), 3u);
  EXPECT_FALSE(fs::exists(place_ / ".lockd-dev" / ("node" + std::to_string(former))));
  EXPECT_TRUE(serves());
  EXPECT_EQ(lines({"dev", "status"}).size(), 3u);
}

TEST_F(LockctlMembers, AreRestartedOneAfterTheOther) {
  ASSERT_EQ(run({"status", "job", "--set", "done"}).code, 0);
  const auto before = lines({"dev", "status"});
  const auto end = run({"dev", "restart"});
  ASSERT_EQ(end.code, 0) << end.err;
  EXPECT_EQ(std::ranges::count(end.err, '\n'), 3) << end.err;
  const auto after = lines({"dev", "status"});
  ASSERT_EQ(after.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NE(after[i]["pid"], before[i]["pid"]);
  EXPECT_EQ(run({"status", "job"}).code, 0);
}

// Both are remembered: neither writes over what the other wrote.
TEST_F(LockctlMembers, TwoMayBeAddedAtOnce) {
  world::Running one({world::lockctl(), "dev", "add"}, {}, place_.string());
  world::Running other({world::lockctl(), "dev", "add"}, {}, place_.string());
  EXPECT_EQ(one.wait().code, 0);
  EXPECT_EQ(other.wait().code, 0);
  EXPECT_EQ(lines({"dev", "status"}).size(), 5u);
  EXPECT_EQ(members().size(), 5u);
}

TEST_F(LockctlMembers, ARestartLeavesAServerAloneThatIsNoMemberAnyMore) {
  const auto gone = std::to_string(ids("voter").front());
  ASSERT_EQ(run({"members", "remove", gone}).code, 0);
  const auto restarted = run({"dev", "restart"});
  EXPECT_EQ(restarted.code, 0) << restarted.err;
  EXPECT_NE(restarted.err.find("server " + gone + " is no member any more"), std::string::npos)
      << restarted.err;
  EXPECT_EQ(run({"dev", "remove", gone}).code, 0);
  EXPECT_EQ(lines({"dev", "status"}).size(), 2u);
}

TEST_F(LockctlMembers, TheLastServerIsNotRemovedButTheClusterEnded) {
  for (const auto id : ids("voter")) ASSERT_EQ(run({"dev", "remove", std::to_string(id)}).code, 0);
  const auto last = run({"dev", "remove", std::to_string(leader())});
  EXPECT_EQ(last.code, 1);
  EXPECT_NE(last.err.find("lockctl dev down"), std::string::npos) << last.err;
  EXPECT_EQ(run({"dev", "status"}).code, 0);
}

TEST_F(LockctlMembers, ASnapshotOfAServerThatIsNotThereIsComplainedAboutSoon) {
  const auto end = run({"snapshot", "--server", "127.0.0.1:1"});
  EXPECT_EQ(end.code, 124);
  EXPECT_NE(end.err.find("127.0.0.1:1 (Connection refused)"), std::string::npos) << end.err;
}

}  // namespace
