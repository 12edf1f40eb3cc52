// Whatever one connection says harms no other.
#include <boost/asio/buffer.hpp>
#include <gtest/gtest.h>
#include <string>

#include "net/listen.hpp"
#include "tests/net/support.hpp"

namespace testing_net {
namespace {

using wire::encode_frame;
using wire::FrameType;

class Strangers : public testing::Test {
 protected:
  Strangers() {
    neighbour_.say_hello();
    EXPECT_TRUE(neighbour_is_served());
  }

  bool neighbour_is_served() {
    const auto reply = neighbour_.ask(lock::Query(lock::GetHealth{}));
    return reply && std::holds_alternative<lock::Health>(*reply);
  }

  // Says this and nothing else; the connection ends with that line in the log and the neighbour is served on.
  void expect_closed(std::string_view bytes, const std::string& reason) {
    RawClient stranger(cluster_.endpoint(0));
    stranger.send(bytes);
    EXPECT_TRUE(stranger.is_closed()) << reason;
    EXPECT_TRUE(cluster_.lines().wait_for(reason)) << reason;
    EXPECT_TRUE(neighbour_is_served()) << reason;
  }

  std::string peer_hello(std::uint64_t cluster, std::uint64_t from, std::uint64_t to,
                         const std::string& address = own_loopback_address() + ":7109") {
    return encode_frame(FrameType::peer_hello,
                        wire::encode(wire::PeerHello{.cluster = base::ClusterId(cluster),
                                                     .from = base::NodeId(from),
                                                     .to = base::NodeId(to),
                                                     .address = address}));
  }

  Cluster cluster_{3,
                   {.clients_max = 2,
                    .strangers_max = 8,
                    .hello_within = std::chrono::milliseconds(200),
                    .client_payload_bytes_max = 1024,
                    .client_unsent_bytes_max = 4096}};
  RawClient neighbour_{cluster_.endpoint(0)};
  const std::string hello_ = encode_frame(FrameType::client_hello, {});
};

TEST_F(Strangers, WhoSpeakAnotherProtocolAreClosed) {
  expect_closed("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "not a lockd connection");
}

TEST_F(Strangers, OfAnotherVersionAreClosed) {
  auto frame = hello_;
  frame[3] = 9;
  expect_closed(frame, "speaks version 9");
}

TEST_F(Strangers, WhoAnnounceTooMuchAreClosedBeforeTheySendIt) {
  const auto large = encode_frame(FrameType::client_hello, std::string(100'000, 'x'));
  expect_closed(std::string_view(large).substr(0, wire::kHeaderBytes), "a frame of 100000 bytes, at most 320");
}

TEST_F(Strangers, WhoseBitsWereFlippedAreClosed) {
  auto frame = encode_frame(FrameType::request,
                            wire::encode(wire::ClientRequest{1, lock::Consistency::linearizable,
                                                             lock::Query(lock::GetStatus{"build"})}));
  frame.back() = static_cast<char>(frame.back() ^ 4);
  expect_closed(hello_ + frame, "checksum");
}

TEST_F(Strangers, WhoDoNotSayHelloFirstAreClosed) {
  expect_closed(encode_frame(FrameType::request, "x"), "first frame is not a hello");
}

TEST_F(Strangers, WhoSayNothingAreClosedAfterAWhile) {
  expect_closed("", "no hello in time");
}

TEST_F(Strangers, WhoseRequestCannotBeReadAreClosed) {
  expect_closed(hello_ + encode_frame(FrameType::request, "\xff\xff\xff"), "closed 127.");
}

TEST_F(Strangers, WhoSendAPeersFrameAsClientsAreClosed) {
  expect_closed(hello_ + encode_frame(FrameType::peer, "x"), "not a request");
}

TEST_F(Strangers, OfAnotherClusterAreClosed) {
  expect_closed(peer_hello(8, 2, 1), "another cluster");
}

TEST_F(Strangers, WhoMeantAnotherServerAreClosed) {
  expect_closed(peer_hello(7, 2, 3), "takes this one for server 3");
}

TEST_F(Strangers, WhoBearThisServersIdOrNoneAreClosed) {
  expect_closed(peer_hello(7, 1, 1), "calls itself 1, and that is no other server's id");
  expect_closed(peer_hello(7, 0, 1), "calls itself 0, and that is no other server's id");
}

TEST_F(Strangers, WhoAreNoMembersAndSayNoAddressAreClosed) {
  expect_closed(peer_hello(7, 4, 1, "nowhere"), "server 4: 'nowhere' has no port");
}

// A joining server can't know its leader's address by any other way.
TEST_F(Strangers, OfThisClusterAreAnsweredWhereTheySayThatTheyAre) {
  boost::asio::io_context io;
  auto acceptor = net::listen(io, cluster_.endpoint(8), false);
  ASSERT_TRUE(acceptor.ok());
  RawClient caller(cluster_.endpoint(0));
  caller.send(peer_hello(7, 4, 1) +
              encode_frame(FrameType::peer, wire::encode(raft::Message(raft::PreVote{raft::Term(1), {}}))));
  auto socket = acceptor->accept();
  wire::FrameReader reader;
  char bytes[1024];
  std::vector<wire::Frame> frames;
  // What was said before the connection was there has been dropped, as of any peer: say it again.
  while (frames.size() < 2) {
    caller.send(encode_frame(FrameType::peer, wire::encode(raft::Message(raft::PreVote{raft::Term(1), {}}))));
    reader.feed({bytes, socket.read_some(boost::asio::buffer(bytes))});
    while (auto frame = reader.next().value()) frames.push_back(*frame);
  }
  EXPECT_EQ(wire::decode_peer_hello(frames[0].payload)->to, base::NodeId(4));
  const auto answer = wire::decode_message(frames[1].payload).value();
  EXPECT_EQ(std::string(raft::name_of(answer)).substr(0, 7), "PreVote");
}

TEST_F(Strangers, OfThisClusterAreBounded) {
  std::vector<std::unique_ptr<RawClient>> callers;
  for (std::uint64_t id = 4; id < 4 + 16; ++id) {
    callers.push_back(std::make_unique<RawClient>(cluster_.endpoint(0)));
    callers.back()->send(peer_hello(7, id, 1));
    ASSERT_TRUE(cluster_.lines().wait_for("server " + std::to_string(id) + " calls from"));
  }
  expect_closed(peer_hello(7, 99, 1), "server 99: too many servers call that are no members");
}

TEST_F(Strangers, WhosePeerMessageCannotBeReadAreClosed) {
  expect_closed(peer_hello(7, 2, 1) + encode_frame(FrameType::peer, "\xff"), "closed 127.");
}

TEST_F(Strangers, BeyondTheNumberOfClientsAreClosed) {
  RawClient second(cluster_.endpoint(0));
  second.say_hello();
  ASSERT_TRUE(second.receive());
  expect_closed(hello_, "there are 2 clients already");
}

TEST_F(Strangers, WhoDoNotReadTheirRepliesAreClosed) {
  RawClient stranger(cluster_.endpoint(0));
  stranger.say_hello();
  std::string requests;
  // More replies than any socket buffer takes: the server must give up, and not hoard them.
  for (std::uint64_t call = 1; call <= 200'000; ++call) {
    requests += encode_frame(FrameType::request,
                             wire::encode(wire::ClientRequest{call, lock::Consistency::linearizable,
                                                              lock::Query(lock::GetHealth{})}));
  }
  stranger.send(requests);
  EXPECT_TRUE(cluster_.lines().wait_for("does not read its replies"));
  EXPECT_TRUE(neighbour_is_served());
}

}  // namespace
}  // namespace testing_net
