// The life of a command under a lock, and of those who watch over it.
#include <csignal>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/lockctl/guard_channel.hpp"
#include "lockctl_world.hpp"

namespace {

using namespace std::chrono_literals;
using namespace lockctl::guard;
using world::ctl;
using world::eventually;

struct Pair {
  Pair() { EXPECT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0); }
  ~Pair() {
    ::close(fds[0]);
    if (fds[1] >= 0) ::close(fds[1]);
  }
  int fds[2];
};

TEST(GuardChannel, TellsWhatAGuardSaidThatLeftOursUnread) {
  Pair pair;
  ASSERT_EQ(send_packet(pair.fds[0], encode(ToGuard(KillNow{}))), Sent::yes);
  ASSERT_EQ(send_packet(pair.fds[1], encode(FromGuard(Ended{9, 0, 0}))), Sent::yes);
  ::close(std::exchange(pair.fds[1], -1));
  const auto packet = receive_packet(pair.fds[0]);
  ASSERT_TRUE(packet.has_value());
  const auto message = decode_from_guard(*packet);
  ASSERT_TRUE(message.ok());
  EXPECT_EQ(message.value(), FromGuard(Ended{9, 0, 0}));
  EXPECT_EQ(receive_packet(pair.fds[0]), "");
}

TEST(GuardChannel, NeverWaitsForAGuardThatReadsNothing) {
  Pair pair;
  auto sent = Sent::yes;
  for (int i = 0; i < 100'000 && sent == Sent::yes; ++i)
    sent = send_packet(pair.fds[0], encode(ToGuard(Forward{1})));
  EXPECT_EQ(sent, Sent::full);
}

// The short form of `./dev killtree`, with a lease so long that a busy machine is no excuse.
class KillTree : public ::testing::TestWithParam<const char*> {};

TEST_P(KillTree, LeavesNothingAliveAtTheNextGrant) {
  const auto end = world::Running({LOCKD_BINARY_DIR "/tests/kill_tree/kill_tree", "1", GetParam()},
                                  {{"KILL_TREE_TTL", "10"}}, world::folder())
                       .wait();
  EXPECT_EQ(end.code, 0) << end.out << end.err;
}

INSTANTIATE_TEST_SUITE_P(Faults, KillTree,
                         ::testing::Values("lockctl-stopped", "lockctl-killed", "guard-stopped", "clock-drift"),
                         [](const auto& fault) {
                           std::string name = fault.param;
                           std::erase(name, '-');
                           return name;
                         });

TEST(LockctlLife, ANestedRunThatIsRefusedLeavesNothingBehind) {
  const auto taken = world::fresh_name();
  ASSERT_EQ(ctl({"acquire", taken}).code, 0);
  const auto end =
      ctl({"run", world::fresh_name(), "--", world::lockctl(), "-q", "run", "-n", taken, "--", "true"});
  EXPECT_EQ(end.code, 124) << end.err;
  EXPECT_EQ(end.err, "");
}

TEST(LockctlLife, ANestedRunLeavesNothingBehind) {
  const auto end =
      ctl({"run", world::fresh_name(), "--", world::lockctl(), "run", world::fresh_name(), "--", "true"});
  EXPECT_EQ(end.code, 0) << end.err;
  EXPECT_EQ(end.err, "");
}

}  // namespace
