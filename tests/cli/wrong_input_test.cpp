// What a person gets for what is wrong: one line that says what, where and what would be right, the exit code
// of the documentation, and nothing done. As a transcript: the command, the line, the code.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>

#include "lockctl_world.hpp"
#include "tests/net/loopback.hpp"

namespace {

namespace fs = std::filesystem;
using testing::ContainsRegex;

class WrongInput : public testing::Test {
 protected:
  WrongInput() {
    fs::create_directories(place_);
    write("misspelt.json", "{\"name\": \"x\", \"sedes\": 3}");
    write("cut.json", "{\"name\":");
    write("history.json",
          "{\"client\": 1, \"key\": \"k\", \"op\": \"acqire\", \"start\": 1, \"end\": 2, \"ret\": {}}\n");
    write("prose.json", "not a history\n");
  }
  ~WrongInput() override { fs::remove_all(place_); }

  void write(const std::string& name, const std::string& text) { std::ofstream(place_ / name) << text; }

  // `line`: a regular expression (POSIX, extended).
  void expect(const std::string& command, const std::string& line, int code) {
    std::istringstream in(command);
    std::vector<std::string> words;
    for (std::string word; in >> word;) words.push_back(word);
    expect(std::move(words), line, code);
  }
  void expect(std::vector<std::string> words, const std::string& line, int code) {
    std::string shown;
    for (const auto& word : words) shown += (shown.empty() ? "$ " : " ") + word;
    SCOPED_TRACE(shown);
    words.front() = std::string(LOCKD_BINARY_DIR "/") + words.front();
    world::Running running(std::move(words), {{"LOCKD_ENDPOINTS", ""}}, place_.string());
    const auto end = running.wait();
    EXPECT_EQ(end.code, code) << end.err;
    EXPECT_EQ(std::ranges::count(end.err, '\n'), 1) << end.err;
    EXPECT_THAT(end.err, ContainsRegex(line));
    EXPECT_EQ(end.out, "");
  }

  std::string at(const std::string& name) const { return (place_ / name).string(); }
  std::string address(int port) const {
    return testing_net::own_loopback_address() + ":" + std::to_string(port);
  }
  // A server that runs until the test ends.
  world::Running serve(const std::string& data) const {
    return world::Running(
        {LOCKD_BINARY_DIR "/lockd", "--data", data, "--listen", address(7121), "--bootstrap", address(7121)},
        {}, place_.string());
  }

  fs::path place_ = fs::path(world::folder()) / "wrong";
};

TEST_F(WrongInput, OfAName) {
  const std::string ls = "lockctl --endpoints 127.0.0.1:1 status ";
  expect({"lockctl", "--endpoints", "127.0.0.1:1", "status", "two words"},
         "bad name 'two words': it has a space", 2);
  expect(ls + "a/", "bad name 'a/': it ends in '/'; leave that out", 2);
  expect(ls + "a=b", "bad name 'a=b': it has a '='", 2);
  expect(ls + "a,b", "'a,b': one name here", 2);
  expect(ls + "-- -a", "bad name '-a'|no flag -a", 2);
  expect(ls + std::string(300, 'n'), "it has 300 bytes; at most 256", 2);
  expect({"lockctl", "--endpoints", "127.0.0.1:1", "status", "\xff"}, "it is not valid UTF-8", 2);
  expect("lockctl --endpoints 127.0.0.1:1 run a/ -- true", "bad name 'a/'", 125);
  expect("lockctl --endpoints 127.0.0.1:1 --ns /x ls", "--ns: bad name", 2);
}

TEST_F(WrongInput, OfADuration) {
  const std::string acquire = "lockctl --endpoints 127.0.0.1:1 acquire x ";
  expect(acquire + "-t 5x", "-t/--ttl: '5x' is not a duration: write a number and a unit, such as 500ms", 2);
  expect(acquire + "-t 1ms", "-t/--ttl: 1ms is out of bounds: give 100ms to 1d", 2);
  expect(acquire + "-w -1s", "-w: '-1s' is not a duration", 2);
  expect(acquire + "--timeout 0", "--timeout: give more than 0", 2);
  const std::string run = "lockctl --endpoints 127.0.0.1:1 run ";
  expect(run + "-k 10s x -- true", "-k 10s is half of the lease", 125);
  expect(run + "-k 3s --max-hold 6s x -- true", "-k 3s is half of the longest hold .--max-hold 6s. or more",
         125);
  expect("lockd --data " + at("d") + " --heartbeat fast", "--heartbeat: 'fast' is not a duration", 64);
}

TEST_F(WrongInput, OfALock) {
  const std::string acquire = "lockctl --endpoints 127.0.0.1:1 acquire ";
  expect(acquire + "a,b,a", "'a,b,a' has a twice", 2);
  expect(acquire + "a,,b", "a name is missing beside a comma", 2);
  expect(acquire + "-s -x a", "-x, -s and -S contradict each other", 2);
  expect(acquire + "-S none a", "-S: 'none' is not a number", 2);
  expect(acquire + "-S 0 a", "-S: give 1 to", 2);
  expect(acquire + "--queue lifo a", "--queue: 'lifo' is not offered", 2);
  expect(acquire + "--queue priority a", "--queue priority: give a level, such as priority=5", 2);
  expect(acquire + "--queue newest --barge a", "--barge and --queue contradict each other", 2);
  expect(acquire + "--max-hold 1ms a", "--max-hold: 1ms is out of bounds", 2);
  expect(acquire + "--lock-delay 2d a", "--lock-delay: .*", 2);
  const std::string once = "lockctl --endpoints 127.0.0.1:1 once ";
  expect(once + "a,b -- true", "'a,b': a job has one name", 125);
  expect(once + "a:s -- true", "'a:s': a job is never shared: one name", 125);
  expect(once + "--retries -1 a -- true", "--retries: '-1' is not a number", 125);
  expect(once + "--on-fail stop a -- true", "--on-fail: 'stop' is not offered", 125);
  expect(once + "-k 10s a -- true", "-k 10s is half of the lease", 125);
  const std::string elect = "lockctl --endpoints 127.0.0.1:1 elect ";
  expect(elect + "a,b -- true", "'a,b': an election has one name", 125);
  expect(elect + "a:s -- true", "'a:s': an election is never shared: one name", 125);
}

TEST_F(WrongInput, OfServers) {
  const std::string members = "lockctl --endpoints 127.0.0.1:1 members ";
  expect(members + "add", "servers join by themselves: start `lockd --join HOST:PORT", 2);
  expect(members + "remov 3", "there is no verb 'remov'; did you mean remove\\?", 2);
  expect(members + "remove", "ID is missing", 2);
  expect(members + "remove me", "'me' is not the id of a server: `lockctl members` lists them", 2);
  expect(members + "replace 3", "NEW is missing", 2);
  expect(members + "replace 3 3", "server 3 can't replace itself", 2);
  expect(members + "priority 3 300", "the priority: give 0 to 255, not 300", 2);
  expect(members + "remove 3 -w soon", "-w: 'soon' is not a duration", 2);
  expect("lockctl transfer two", "'two' is not the id of a server", 2);
  expect("lockctl snapshot --all --server 127.0.0.1:1", "--all and --server contradict each other", 2);
  expect("lockctl metrics --server nowhere", "--server: 'nowhere' has no port", 2);
  const std::string nobody = "lockctl --timeout 300ms --endpoints 127.0.0.1:1 ";
  const std::string line = "no server was reached within 300ms: tried 127.0.0.1:1 .Connection refused";
  expect(nobody + "members", line, 124);
  expect(nobody + "members remove 3", line, 124);
  expect(nobody + "transfer", line, 124);
  expect(nobody + "metrics", line, 124);
  expect(nobody + "snapshot", line, 124);
  expect(nobody + "snapshot --all", line, 124);
}

TEST_F(WrongInput, OfWords) {
  expect("lockctl", "which verb\\? `lockctl --help` tells them", 2);
  expect("lockctl frob", "there is no verb 'frob'", 2);
  expect("lockctl relase x", "there is no verb 'relase'; did you mean release\\?", 2);
  expect("lockctl once x", "which command\\? Write it behind `--`: lockctl once NAME -- CMD", 125);
  expect("lockctl fence x --token 4", "which command\\?", 125);
  expect("lockctl dev partition 1", "there is no verb 'partition'", 2);
  expect("lockctl completion tcsh", "the shell: 'tcsh' is not offered", 2);
  expect("lockctl limits waiters", "'waiters': write NAME=VALUE", 2);
  expect("lockctl run x true", "write the command behind `--`", 125);
  expect("lockctl run x", "which command\\? Write it behind `--`", 125);
  expect("lockctl acquire --while-pid abc x", "--while-pid: 'abc' is not a number", 2);
  expect("lockctl release x", "which hold\\? Give --token, or set LOCKD_TOKEN", 2);
  expect("lockctl release x --token abc", "--token: 'abc' is not a token", 2);
  expect("lockctl status x --set done --value @/tmp", "--value: cannot read the file '/tmp': Is a directory",
         2);
  expect({"lockctl", "status", "x", "--set", ""}, "--set", 2);
  expect("lockctl dev", "which of up, status, add, remove, restart, kill, pause, resume and down\\?", 2);
  expect("lockctl dev up --servers 10", "--servers: give 1 to 9", 2);
  expect("lockctl --endpoints nowhere ls", "--endpoints: 'nowhere' has no port: give HOST:PORT", 2);
  expect("lockd", "--data: missing", 64);
  expect("lockd --dat x", "--dat", 64);
  expect("lockd --data " + at("d") + " --listen 0.0.0.0:7121 --bootstrap 0.0.0.0:7121",
         "not a loopback address.*--insecure", 64);
  EXPECT_FALSE(fs::exists(at("d")));
}

TEST_F(WrongInput, OfAClusterThatIsNotThere) {
  const std::string nobody = "lockctl --endpoints 127.0.0.1:1,127.0.0.1:2 --timeout 300ms ";
  const std::string line =
      "no server was reached within .*: tried 127.0.0.1:1 .Connection refused., 127.0.0.1:2";
  expect(nobody + "run x -- true", line, 125);
  expect(nobody + "acquire x", line, 124);
  expect(nobody + "release x --token 4", line, 124);
  expect(nobody + "check x --token 4", line, 124);
  expect(nobody + "status x", line, 124);
  expect(nobody + "status x --set done", line, 124);
  expect(nobody + "ls", line, 124);
  expect(nobody + "once x -- true", line, 125);
  expect(nobody + "break x --token 4 --reason r", line, 124);
  expect(nobody + "downgrade x --token 4", line, 124);
  expect(nobody + "audit x", line, 124);
  expect(nobody + "limits", line, 124);
  expect(nobody + "limits waiters=5", line, 124);
  expect("lockctl --timeout 300ms --endpoints 127.0.0.1:1;127.0.0.1:2 run --red x -- true",
         "no majority of the 2 clusters answers: no server was reached within 300ms: tried 127.0.0.1:1 "
         ".Connection refused.; no server was reached within 300ms: tried 127.0.0.1:2",
         125);
  expect("lockctl --endpoints 127.0.0.1:1;127.0.0.1:2,127.0.0.1:1 run --red x -- true",
         "127.0.0.1:1 is in two clusters", 125);
  expect(nobody + "bench --secs 300ms --warmup 0s", line, 125);
}

TEST_F(WrongInput, OfAScenario) {
  expect("raftsim run " + at("misspelt.json"), "misspelt.json:1:15: sedes: unknown key, did you mean 'seeds'",
         64);
  expect("raftsim run " + at("cut.json"), "cut.json:1:[0-9]+: not JSON", 64);
  expect("raftsim run " + at("none.json"), "none.json: can't be read", 64);
}

TEST_F(WrongInput, OfAHistory) {
  expect("raftsim check " + at("history.json"),
         "history.json:1: unknown operation \"acqire\"; expected one of", 64);
  expect("raftsim check " + at("prose.json"),
         "prose.json:1: not a JSON object; expected one operation a line", 64);
  expect("raftsim check " + at("none.json"), "none.json: can't be read", 64);
}

TEST_F(WrongInput, OfAPortInUseAStoreInUseAndAStoreOfAnotherServer) {
  const auto here = address(7121);
  const std::string first = "lockd --data " + at("one");
  {
    const auto server = serve(at("one"));
    ASSERT_TRUE(world::eventually([&] { return server.err().find("leader of term") != std::string::npos; }));
    expect("lockd --data " + at("two") + " --listen " + here + " --bootstrap " + here,
           "can't listen on " + here + ": Address already in use", 69);
    EXPECT_FALSE(fs::exists(at("two")));
    expect(first, "one is in use by another lockd", 74);
  }
  expect(first + " --bootstrap " + here + "," + address(7122) + " --id 2",
         "one holds the store of a cluster of other", 78);
  expect("lockd --data " + at("two"), "two holds no store: make a new cluster with --bootstrap", 78);
  fs::resize_file(at("one/lockd.db"), fs::file_size(at("one/lockd.db")) / 2);
  expect(first, "lockd.db is damaged: .*; keep the folder", 65);
}

TEST_F(WrongInput, OfAFullDisk) {
  fs::create_directory(at("disk"));
  if (::mount("tmpfs", at("disk").c_str(), "tmpfs", 0, "size=1m") != 0) GTEST_SKIP() << "mounting needs root";
  expect("lockd -q --data " + at("disk/one") + " --listen " + address(7121) + " --bootstrap " + address(7121),
         "disk full: .* bytes free, [0-9]+ needed", 74);
  ::umount2(at("disk").c_str(), MNT_DETACH);
}

}  // namespace
