// lockd's command line: what it says and how it ends when something is wrong.
#include <algorithm>
#include <arpa/inet.h>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <thread>

#include "tests/cli/lockd_program.hpp"
#include "tests/net/loopback.hpp"

namespace lockd_test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

class Lockd : public testing::Test {
 protected:
  Lockd() {
    std::string pattern = (fs::temp_directory_path() / "lockd-cli-XXXXXX").string();
    EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  ~Lockd() override { fs::remove_all(folder_); }

  std::string data(const std::string& name = "one") const { return (folder_ / name).string(); }
  std::string at(int port) const { return testing_net::own_loopback_address() + ":" + std::to_string(port); }
  std::vector<std::string> alone() const {
    return {"--data", data(), "--listen", at(7101), "--bootstrap", at(7101)};
  }

  // One line says what is wrong, and the code which kind of wrong it is.
  void expect_end(std::vector<std::string> arguments, int code, const std::string& text) {
    Program lockd(std::move(arguments));
    EXPECT_EQ(lockd.exit_code(), code) << lockd.output();
    EXPECT_THAT(lockd.output(), HasSubstr(text));
    EXPECT_EQ(std::ranges::count(lockd.output(), '\n'), 1) << lockd.output();
  }

  void serve_once(std::vector<std::string> arguments) {
    Program lockd(std::move(arguments));
    ASSERT_TRUE(lockd.says("leader of term")) << lockd.output();
    lockd.signal(SIGTERM);
    ASSERT_EQ(lockd.exit_code(), 0) << lockd.output();
  }

  fs::path folder_;
};

TEST_F(Lockd, SaysItsVersionAndHowItIsUsed) {
  Program version({"--version"});
  EXPECT_EQ(version.exit_code(), 0);
  EXPECT_EQ(version.output(), "lockd " LOCKD_VERSION "\n");
  Program help({"--help"});
  EXPECT_EQ(help.exit_code(), 0);
  EXPECT_THAT(help.output(), HasSubstr("--bootstrap $members"));
}

TEST_F(Lockd, RefusesWrongUsageWith64) {
  const auto a = at(7101), b = at(7102);
  expect_end({}, 64, "--data: missing");
  expect_end({"--dat", "x"}, 64, "--dat");
  expect_end({"--data", data(), "--listen", "7101"}, 64, "--listen: '7101' has no port");
  expect_end({"--data", data(), "--bootstrap", a + "," + a, "--id", "1"}, 64, "named twice");
  expect_end({"--data", data(), "--bootstrap", a + ",", "--id", "1"}, 64, "--bootstrap");
  expect_end({"--data", data(), "--bootstrap", a + "," + b}, 64, "which member is this server?");
  expect_end({"--data", data(), "--bootstrap", a, "--listen", b}, 64, "is none of the members");
  expect_end({"--data", data(), "--bootstrap", a, "--id", "2"}, 64, "--id: 2 is not the place");
  expect_end({"--data", data(), "--id", "2"}, 64, "goes with --bootstrap only");
  expect_end({"--data", data(), "--advertise", a}, 64, "goes with --bootstrap or --join only");
  expect_end({"--data", data(), "--listen", a, "--bootstrap", a, "--join", b}, 64, "contradicts --bootstrap");
  expect_end({"--data", data(), "--join", b}, 64, "where is this server reached?");
  expect_end({"--data", data(), "--listen", "0.0.0.0:7101", "--join", b}, 64, "give --advertise");
  expect_end({"--data", data(), "--listen", a, "--join", "b"}, 64, "--join: 'b' has no port");
  expect_end({"--data", data(), "--listen", a, "--join", b, "--priority", "256"}, 64, "not from 0 to 255");
  expect_end({"--data", data(), "--learner"}, 64, "--learner: goes with --join only");
  expect_end({"--data", data(), "--snapshot-bytes", "much"}, 64, "--snapshot-bytes: 'much' is no number");
  expect_end({"--data", data(), "--snapshot-entries", "0"}, 64,
             "--snapshot-entries: is a whole number from 1 to 1000000000");
  expect_end({"--data", data(), "--heartbeat", "fast"}, 64, "--heartbeat");
  expect_end({"--data", data(), "--heartbeat", "200ms"}, 64,
             "--election-min: must be at least twice --heartbeat");
  expect_end({"--data", data(), "--election-max", "300ms"}, 64, "--election-max: must be longer");
  expect_end({"--data", data(), "-v", "-q"}, 64, "contradicts");
  expect_end({"--data", data(), "--config", data("none.toml")}, 64, "none.toml");
  std::string ten = at(7101);
  for (int port = 7102; port <= 7110; ++port) ten += "," + at(port);
  expect_end({"--data", data(), "--bootstrap", ten, "--id", "1"}, 64, "10 members are too many");
  EXPECT_FALSE(fs::exists(data()));
}

TEST_F(Lockd, StopsCleanlyOnTermAndStartsAgainByTheSameWordsOrByItsFolder) {
  serve_once(alone());
  serve_once(alone());
  serve_once({"--data", data()});
}

TEST_F(Lockd, SaysWhereItServes) {
  Program lockd(alone());
  ASSERT_TRUE(lockd.says("\n"));
  EXPECT_THAT(lockd.output(), HasSubstr("lockd[1]: serving on " + at(7101) + ", cluster "));
  EXPECT_THAT(lockd.output(), HasSubstr(", known as " + at(7101) + ", data in " + data()));
}

TEST_F(Lockd, RefusesAFolderWithoutAStoreWith78) {
  expect_end({"--data", data()}, 78, "holds no store: make a new cluster with --bootstrap");
  EXPECT_FALSE(fs::exists(data()));
}

TEST_F(Lockd, RefusesAnotherIdentityWith78) {
  serve_once(alone());
  const auto other = alone();
  expect_end({"--data", data(), "--bootstrap", at(7101) + "," + at(7102), "--id", "1"}, 78,
             "of other members");
  expect_end({"--data", data(), "--bootstrap", at(7101), "--id", "1", "--cluster", "b"}, 78,
             "of another name");
}

TEST_F(Lockd, RefusesAStoreOfAnotherNodeWith78) {
  const auto members = at(7101) + "," + at(7102);
  {
    Program lockd({"--data", data(), "--bootstrap", members, "--id", "1"});
    ASSERT_TRUE(lockd.says("serving on"));
  }
  expect_end({"--data", data(), "--bootstrap", members, "--id", "2"}, 78,
             "the store of server 1, not of server 2");
}

TEST_F(Lockd, RefusesAPortInUseWith69AndMakesNothing) {
  Program first(alone());
  ASSERT_TRUE(first.says("serving on"));
  expect_end({"--data", data("two"), "--listen", at(7101), "--bootstrap", at(7101)}, 69,
             "can't listen on " + at(7101));
  EXPECT_FALSE(fs::exists(data("two")));
}

TEST_F(Lockd, RefusesAnAddressThatIsNotLoopbackWith64) {
  expect_end({"--data", data(), "--listen", "0.0.0.0:7101", "--bootstrap", at(7101), "--id", "1"}, 64,
             "--insecure");
  EXPECT_FALSE(fs::exists(data()));
  serve_once(alone());
  expect_end({"--data", data(), "--listen", "0.0.0.0:7101"}, 64, "--insecure");
}

TEST_F(Lockd, RefusesAnAddressThatCannotBeResolvedWith69) {
  expect_end({"--data", data(), "--listen", "nowhere.invalid:7101", "--bootstrap", at(7101), "--id", "1"}, 69,
             "can't resolve nowhere.invalid:7101");
  EXPECT_FALSE(fs::exists(data()));
}

TEST_F(Lockd, RefusesADamagedStoreWith65) {
  serve_once(alone());
  fs::path largest;
  for (const auto& file : fs::directory_iterator(data())) {
    if (file.is_regular_file() && (largest.empty() || file.file_size() > fs::file_size(largest)))
      largest = file.path();
  }
  std::fstream file(largest, std::ios::in | std::ios::out | std::ios::binary);
  const auto size = static_cast<std::streamoff>(fs::file_size(largest));
  for (std::streamoff place = 200; place < size; place += 97) {
    file.seekp(place);
    file.put('\x5a');
  }
  file.close();
  Program lockd({"--data", data()});
  EXPECT_EQ(lockd.exit_code(), 65) << lockd.output();
}

TEST_F(Lockd, LetsFlagsWinOverTheEnvironmentAndThatOverTheFile) {
  std::ofstream(data("lockd.toml")) << "data = \"" << data("file") << "\"\nlisten = \"" << at(7103)
                                    << "\"\nbootstrap = [\"" << at(7101) << "\", \"" << at(7102) << "\", \""
                                    << at(7103) << "\"]\n";
  Program lockd({"--config", data("lockd.toml"), "--listen", at(7101)},
                {{"LOCKD_LISTEN", at(7102)}, {"LOCKD_DATA", data("environment")}});
  ASSERT_TRUE(lockd.says("serving on")) << lockd.output();
  EXPECT_THAT(lockd.output(), HasSubstr("lockd[1]: serving on " + at(7101)));
  EXPECT_THAT(lockd.output(), HasSubstr("data in " + data("environment")));
}

TEST_F(Lockd, RefusesAFileWithAnUnknownKey) {
  std::ofstream(data("lockd.toml")) << "lisen = \"" << at(7103) << "\"\n";
  expect_end({"--config", data("lockd.toml"), "--data", data()}, 64, "lisen");
}

// Whether somebody listens there before patience ends.
bool is_served(const std::string& host, std::uint16_t port) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  ::inet_pton(AF_INET, host.c_str(), &address.sin_addr);
  while (std::chrono::steady_clock::now() < end) {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    const bool connected = ::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    ::close(socket);
    if (connected) return true;
    std::this_thread::yield();
  }
  return false;
}

TEST_F(Lockd, SaysNothingWhenQuiet) {
  auto arguments = alone();
  arguments.push_back("-q");
  Program lockd(arguments);
  ASSERT_TRUE(is_served(testing_net::own_loopback_address(), 7101));
  lockd.signal(SIGTERM);
  lockd.exit_code();
  EXPECT_EQ(lockd.output(), "");
}

// A file system of its own that can be filled up.
class SmallDisk : public Lockd {
 protected:
  void SetUp() override {
    fs::create_directory(disk_);
    if (::mount("tmpfs", disk_.c_str(), "tmpfs", 0, "size=64m") != 0) GTEST_SKIP() << "mounting needs root";
    mounted_ = true;
  }
  void TearDown() override {
    if (mounted_) ::umount2(disk_.c_str(), MNT_DETACH);
  }
  void fill() {
    std::ofstream file(disk_ / "ballast", std::ios::binary);
    const std::string block(1 << 20, 'x');
    while (file.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {
    }
  }

  fs::path disk_ = folder_ / "disk";
  bool mounted_ = false;
};

TEST_F(SmallDisk, ThatIsFullRefusesANewStoreWith74) {
  fill();
  expect_end({"--data", (disk_ / "one").string(), "--listen", at(7101), "--bootstrap", at(7101)}, 74, "");
}

TEST_F(SmallDisk, ThatFillsUpStopsTheServerWith74AndLosesNothing) {
  const std::vector<std::string> words{
      "--data", (disk_ / "one").string(), "--listen", at(7101), "--bootstrap", at(7101)};
  serve_once(words);
  fill();
  {
    Program lockd(words);
    EXPECT_EQ(lockd.exit_code(), 74) << lockd.output();
  }
  fs::remove(disk_ / "ballast");
  serve_once(words);
}

}  // namespace
}  // namespace lockd_test
