#include "net/client_driver.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <vector>

#include "core/wire/codec.hpp"
#include "core/wire/frame.hpp"

namespace net {
namespace {

using boost::asio::ip::tcp;
using namespace std::chrono_literals;

// A server of a few lines: greets, and answers every request by what `answer` makes of it.
class LittleServer {
 public:
  using Answer = std::function<std::vector<lock::Reply>(const lock::Request&)>;

  LittleServer(boost::asio::io_context& io, Answer answer)
      : acceptor_(io, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)), answer_(std::move(answer)) {
    accept();
  }
  std::string endpoint() const { return "127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()); }
  std::size_t accepted() const { return peers_.size(); }
  const std::vector<wire::FrameType>& frames() const { return frames_; }
  void greet(bool yes) { greets_ = yes; }
  void drop_all() {
    for (const auto& peer : peers_) peer->socket.close();
  }

 private:
  struct Peer {
    explicit Peer(tcp::socket s) : socket(std::move(s)) {}
    tcp::socket socket;
    wire::FrameReader reader;
    std::array<char, 4096> input;
  };

  void accept() {
    acceptor_.async_accept([this](const boost::system::error_code& error, tcp::socket socket) {
      if (error) return;
      peers_.push_back(std::make_shared<Peer>(std::move(socket)));
      read(peers_.back());
      accept();
    });
  }
  void read(const std::shared_ptr<Peer>& peer) {
    peer->socket.async_read_some(boost::asio::buffer(peer->input),
                                 [this, peer](const boost::system::error_code& error, std::size_t bytes) {
                                   if (error) return;
                                   peer->reader.feed({peer->input.data(), bytes});
                                   while (auto frame = peer->reader.next().value()) on_frame(*peer, *frame);
                                   if (peer->socket.is_open()) read(peer);
                                 });
  }
  void on_frame(Peer& peer, const wire::Frame& frame) {
    frames_.push_back(frame.type);
    std::string out;
    if (frame.type == wire::FrameType::client_hello && greets_) {
      out = wire::encode_frame(wire::FrameType::server_hello, {});
    }
    if (frame.type == wire::FrameType::request) {
      const auto request = wire::decode_request(frame.payload).value();
      for (const auto& reply : answer_(request.request)) {
        out +=
            wire::encode_frame(wire::FrameType::reply, wire::encode(wire::ServerReply{request.call, reply}));
      }
    }
    boost::system::error_code ignored;
    boost::asio::write(peer.socket, boost::asio::buffer(out), ignored);
  }

  tcp::acceptor acceptor_;
  Answer answer_;
  std::vector<std::shared_ptr<Peer>> peers_;
  std::vector<wire::FrameType> frames_;
  bool greets_ = true;
};

std::vector<lock::Reply> grants(const lock::Request& request) {
  const auto* command = std::get_if<lock::Command>(&request);
  if (!command) return {lock::Health{}};
  if (std::holds_alternative<lock::OpenSession>(*command)) {
    return {lock::SessionOpened{lock::SessionId(1), {{1000}, {16'000}}}};
  }
  if (std::holds_alternative<lock::Sequenced>(*command)) {
    return {lock::Queued{"other", lock::Millis(5), 0},
            lock::Granted{lock::Token(7), {{1000}, {16'000}}, true}};
  }
  return {lock::SessionClosed{}};
}

client::Config config(std::vector<std::string> endpoints) {
  client::Config c;
  c.endpoints = std::move(endpoints);
  c.who = "test";
  return c;
}

const lock::Operation kAcquire = lock::Acquire{{{"a"}}, true, std::nullopt, {}};

struct Outcomes {
  ClientDriver::OnFinished keep() {
    return [this](const client::Finished& f) { all.push_back(f); };
  }
  template <class T>
  bool last_is() const {
    const auto* reply = all.empty() ? nullptr : std::get_if<lock::Reply>(&all.back().outcome);
    return reply && std::holds_alternative<T>(*reply);
  }
  std::vector<client::Finished> all;
};

// Runs the loop until it is so; false where it never gets so.
bool run_until(boost::asio::io_context& io, const std::function<bool()>& so) {
  const auto end = now() + 20s;
  while (!so() && now() < end) io.run_one_for(100ms);
  return so();
}

TEST(ClientDriver, GreetsThenCarriesACallThroughItsQueueToItsOutcome) {
  boost::asio::io_context io;
  LittleServer server(io, grants);
  Outcomes outcomes;
  std::size_t queued = 0;
  ClientDriver driver(io, config({server.endpoint()}));
  const auto before = now();
  driver.begin(kAcquire, 10s, outcomes.keep(), [&](const lock::Queued&) { ++queued; });
  ASSERT_TRUE(run_until(io, [&] { return !outcomes.all.empty(); }));
  EXPECT_TRUE(outcomes.last_is<lock::Granted>());
  EXPECT_EQ(queued, 1u);
  EXPECT_EQ(driver.session(), lock::SessionId(1));
  EXPECT_GT(*driver.session_deadline(), before + 14s);
  EXPECT_EQ(server.frames().front(), wire::FrameType::client_hello);
}

TEST(ClientDriver, PassesOnWhatAWatchIsToldWhileItStands) {
  boost::asio::io_context io;
  const lock::Changes changes{9, {{9, "a", "granted", lock::Token(3), {}, {}, {}, {}}}};
  LittleServer server(io, [&](const lock::Request&) {
    return std::vector<lock::Reply>{lock::Reset{7, {}, false}, changes};
  });
  Outcomes outcomes;
  std::vector<lock::Reply> noticed;
  ClientDriver driver(io, config({server.endpoint()}));
  const auto call = driver.begin(lock::Query(lock::Watch{"a", std::nullopt}), std::nullopt, outcomes.keep(),
                                 {}, lock::Consistency::linearizable,
                                 [&](const lock::Reply& reply) { noticed.push_back(reply); });
  ASSERT_TRUE(run_until(io, [&] { return noticed.size() == 2; }));
  EXPECT_EQ(noticed[0], lock::Reply(lock::Reset{7, {}, false}));
  EXPECT_EQ(noticed[1], lock::Reply(changes));
  EXPECT_TRUE(outcomes.all.empty());
  driver.give_up(call);
  ASSERT_TRUE(run_until(io, [&] { return !outcomes.all.empty(); }));
  EXPECT_TRUE(std::holds_alternative<client::TimedOut>(outcomes.all[0].outcome));
}

TEST(ClientDriver, TellsOnceOfAHoldThatWasEnded) {
  boost::asio::io_context io;
  std::size_t renewals = 0;
  LittleServer server(io, [&](const lock::Request& request) -> std::vector<lock::Reply> {
    const auto* command = std::get_if<lock::Command>(&request);
    if (!command || !std::holds_alternative<lock::KeepAlive>(*command)) return grants(request);
    ++renewals;
    return {lock::KeptAlive{{{1000}, {16'000}}, {{lock::Token(7), "broken"}}}};
  });
  Outcomes outcomes;
  std::vector<std::string> lost;
  auto c = config({server.endpoint()});
  c.session_ttl = lock::Millis(60);
  ClientDriver driver(io, c);
  driver.on_lost([&](lock::Token token, const std::string& why) {
    lost.push_back(std::to_string(token.value) + " " + why);
  });
  driver.begin(kAcquire, 10s, outcomes.keep());
  ASSERT_TRUE(run_until(io, [&] { return renewals == 3; }));
  ASSERT_GE(lost.size(), 2u);
  EXPECT_EQ(lost.front(), "7 broken");
  EXPECT_EQ(lost.back(), "7 broken");
}

TEST(ClientDriver, NeverCallsBackFromWithinBegin) {
  boost::asio::io_context io;
  Outcomes outcomes;
  ClientDriver driver(io, config({"127.0.0.1:1"}));
  driver.begin(client::CloseSession{}, std::nullopt, outcomes.keep());
  EXPECT_TRUE(outcomes.all.empty());
  ASSERT_TRUE(run_until(io, [&] { return !outcomes.all.empty(); }));
  EXPECT_TRUE(outcomes.last_is<lock::SessionClosed>());
}

TEST(ClientDriver, GoesOnToTheNextEndpointPastBadAndDeadOnes) {
  boost::asio::io_context io;
  LittleServer server(io, grants);
  Outcomes outcomes;
  ClientDriver driver(io, config({"no port", "127.0.0.1:1", server.endpoint()}));
  driver.begin(kAcquire, 10s, outcomes.keep());
  ASSERT_TRUE(run_until(io, [&] { return !outcomes.all.empty(); }));
  EXPECT_TRUE(outcomes.last_is<lock::Granted>());
}

TEST(ClientDriver, ResolvesNames) {
  boost::asio::io_context io;
  LittleServer server(io, grants);
  auto endpoint = server.endpoint();
  endpoint.replace(0, endpoint.find(':'), "localhost");
  Outcomes outcomes;
  ClientDriver driver(io, config({endpoint}));
  driver.begin(lock::Query(lock::GetHealth{}), 10s, outcomes.keep());
  ASSERT_TRUE(run_until(io, [&] { return !outcomes.all.empty(); }));
  EXPECT_TRUE(outcomes.last_is<lock::Health>());
}

TEST(ClientDriver, TimesOutWhereNobodyAnswers) {
  boost::asio::io_context io;
  Outcomes outcomes;
  ClientDriver driver(io, config({"127.0.0.1:1"}));
  driver.begin(kAcquire, 100ms, outcomes.keep());
  ASSERT_TRUE(run_until(io, [&] { return !outcomes.all.empty(); }));
  EXPECT_TRUE(std::holds_alternative<client::TimedOut>(outcomes.all[0].outcome));
}

TEST(ClientDriver, DoesNotTakeAServerThatDoesNotGreetForConnected) {
  boost::asio::io_context io;
  LittleServer mute(io, grants);
  mute.greet(false);
  Outcomes outcomes;
  ClientDriver driver(io, config({mute.endpoint()}));
  driver.begin(kAcquire, 200ms, outcomes.keep());
  ASSERT_TRUE(run_until(io, [&] { return !outcomes.all.empty(); }));
  EXPECT_TRUE(std::holds_alternative<client::TimedOut>(outcomes.all[0].outcome));
  EXPECT_EQ(mute.frames(), std::vector<wire::FrameType>{wire::FrameType::client_hello});
}

TEST(ClientDriver, ReconnectsWhenItsConnectionIsLost) {
  boost::asio::io_context io;
  LittleServer* self = nullptr;
  std::size_t asked = 0;
  LittleServer server(io, [&](const lock::Request&) -> std::vector<lock::Reply> {
    if (++asked > 1) return {lock::Health{}};
    self->drop_all();
    return {};
  });
  self = &server;
  Outcomes outcomes;
  ClientDriver driver(io, config({server.endpoint()}));
  driver.begin(lock::Query(lock::GetHealth{}), 10s, outcomes.keep());
  ASSERT_TRUE(run_until(io, [&] { return !outcomes.all.empty(); }));
  EXPECT_TRUE(outcomes.last_is<lock::Health>());
  EXPECT_EQ(server.accepted(), 2u);
}

TEST(ClientDriver, MayBeDestroyedByItsOwnCallback) {
  boost::asio::io_context io;
  LittleServer server(io, grants);
  auto driver = std::make_unique<ClientDriver>(io, config({server.endpoint()}));
  std::size_t calls = 0;
  const auto destroy = [&](const client::Finished&) {
    ++calls;
    driver.reset();
  };
  driver->begin(lock::Query(lock::GetHealth{}), 10s, destroy);
  driver->begin(lock::Query(lock::GetHealth{}), 10s, destroy);
  ASSERT_TRUE(run_until(io, [&] { return !driver; }));
  io.run_for(50ms);
  EXPECT_EQ(calls, 1u);
}

TEST(ClientDriver, ManyShareOneLoop) {
  boost::asio::io_context io;
  LittleServer server(io, grants);
  Outcomes outcomes;
  std::vector<std::unique_ptr<ClientDriver>> drivers;
  for (int i = 0; i < 64; ++i) {
    drivers.push_back(std::make_unique<ClientDriver>(io, config({server.endpoint()})));
    drivers.back()->begin(kAcquire, 10s, outcomes.keep());
  }
  ASSERT_TRUE(run_until(io, [&] { return outcomes.all.size() == drivers.size(); }));
  EXPECT_TRUE(outcomes.last_is<lock::Granted>());
}

TEST(ClientDriver, GivingUpEndsACallThatWaits) {
  boost::asio::io_context io;
  Outcomes outcomes;
  ClientDriver driver(io, config({"127.0.0.1:1"}));
  const auto call = driver.begin(kAcquire, std::nullopt, outcomes.keep());
  driver.give_up(call);
  ASSERT_TRUE(run_until(io, [&] { return !outcomes.all.empty(); }));
  EXPECT_TRUE(std::holds_alternative<client::TimedOut>(outcomes.all[0].outcome));
}

}  // namespace
}  // namespace net
