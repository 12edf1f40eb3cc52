#include "cli/raftsim/real/network.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/wire/codec.hpp"

namespace real {
namespace {

using namespace std::chrono_literals;

constexpr Place kClient = 2;

// Sockets are real; time is what the test says it is.
class RealNetwork : public testing::Test {
 protected:
  RealNetwork() {
    const int yes = 1;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(network.port_of(0));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    EXPECT_EQ(::bind(server, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(server, 8), 0);
  }
  ~RealNetwork() override { ::close(server); }

  // Until `done`, or nothing comes any more.
  template <class Done>
  bool turn(Done done) {
    for (int i = 0; i < 2000 && !done(); ++i) {
      poller.wait(1ms);
      while (!queue.empty() && queue.next() <= now) {
        const auto event = queue.pop();
        if (event.kind == sim::EventKind::resend) network.move(event.id, event.detail);
        if (event.kind == sim::EventKind::segment) client_heard += event.bytes;
        if (event.kind == sim::EventKind::reset) ++client_resets;
      }
    }
    return done();
  }
  int accept() { return ::accept4(server, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK); }
  static std::string read_from(int fd) {
    char bytes[256];
    const auto got = ::recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
    return got > 0 ? std::string(bytes, static_cast<std::size_t>(got)) : "";
  }
  bool server_hears(int fd, const std::string& text) {
    std::string heard;
    return turn([&] { return (heard += read_from(fd)) == text; });
  }
  // Whether nothing comes for a while, of what would come at once.
  bool server_hears_nothing(int fd) {
    for (int i = 0; i < 20; ++i) turn([&, waited = false]() mutable { return std::exchange(waited, true); });
    return read_from(fd).empty();
  }

  static sim::Scenario two_servers() {
    sim::Scenario scenario;
    scenario.servers = 2;
    scenario.network.latency_ns = 0;
    return scenario;
  }

  sim::Scenario scenario = two_servers();
  Time now{0};
  sim::Queue queue;
  sim::Coverage coverage;
  sim::Tape tape{1};
  Poller poller;
  Network network{poller,
                  queue,
                  [this] { return now; },
                  coverage,
                  scenario,
                  4,
                  tape,
                  [](std::uint64_t number) { return std::optional(static_cast<Place>(number - 1)); }};
  int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  std::string client_heard;
  int client_resets = 0;
};

TEST_F(RealNetwork, CarriesWhatIsSaidBothWays) {
  const auto connection = network.connect(kClient, 0);
  network.send(connection, kClient, "hello");
  const int caller = accept();
  EXPECT_TRUE(server_hears(caller, "hello"));
  EXPECT_EQ(::send(caller, "welcome", 7, 0), 7);
  EXPECT_TRUE(turn([&] { return client_heard == "welcome"; }));
  ::close(caller);
  EXPECT_TRUE(turn([&] { return client_resets == 1; }));
}

TEST_F(RealNetwork, HoldsWhatACutLinkCarriesUntilItIsMended) {
  const auto connection = network.connect(kClient, 0);
  network.cut({{kClient, 0}});
  network.send(connection, kClient, "late");
  const int caller = accept();
  EXPECT_TRUE(server_hears_nothing(caller));
  EXPECT_EQ(::send(caller, "other way", 9, 0), 9);
  EXPECT_TRUE(turn([&] { return client_heard == "other way"; }));
  now += 9s;
  network.mend({{kClient, 0}});
  EXPECT_TRUE(server_hears(caller, "late"));
  ::close(caller);
}

TEST_F(RealNetwork, BreaksAConnectionThatIsCutForTooLong) {
  const auto connection = network.connect(kClient, 0);
  network.cut({{kClient, 0}});
  network.send(connection, kClient, "never");
  const int caller = accept();
  EXPECT_TRUE(server_hears_nothing(caller));
  now += 10s;
  EXPECT_TRUE(turn([&] { return client_resets == 1; }));
  EXPECT_EQ(coverage.at("connections_broken"), 1u);
  EXPECT_TRUE(turn([&] {
    char byte;
    return ::recv(caller, &byte, 1, MSG_DONTWAIT) == 0;
  }));
  ::close(caller);
}

TEST_F(RealNetwork, TellsAClientThatNobodyListens) {
  network.connect(kClient, 1);
  EXPECT_TRUE(turn([&] { return client_resets == 1; }));
}

TEST_F(RealNetwork, CutsBetweenServersByWhoCalls) {
  const auto address = network.address_of(0);
  EXPECT_EQ(network.place_at(address), 0u);
  const int second = dial(static_cast<std::uint16_t>(std::stoi(address.substr(address.find(':') + 1))));
  const auto hello = wire::encode_frame(
      wire::FrameType::peer_hello,
      wire::encode(wire::PeerHello{base::ClusterId(1), base::NodeId(2), base::NodeId(1), "a"}));
  int caller = -1;
  EXPECT_TRUE(turn([&] {
    if (caller < 0) caller = accept();
    return caller >= 0;
  }));
  EXPECT_EQ(::send(second, hello.data(), hello.size(), 0), static_cast<ssize_t>(hello.size()));
  EXPECT_TRUE(server_hears(caller, hello));
  network.cut({{1, 0}});
  EXPECT_EQ(::send(second, "frame", 5, 0), 5);
  EXPECT_TRUE(server_hears_nothing(caller));
  network.mend({{1, 0}});
  EXPECT_TRUE(server_hears(caller, "frame"));
  ::close(second);
  ::close(caller);
}

}  // namespace
}  // namespace real
