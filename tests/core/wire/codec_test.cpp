#include "core/wire/codec.hpp"

#include <gtest/gtest.h>

#include "tests/core/wire/generators.hpp"

namespace wire {
namespace {

base::Result<PeerHello> decode(std::string_view bytes, PeerHello*) {
  return decode_peer_hello(bytes);
}
base::Result<raft::Message> decode(std::string_view bytes, raft::Message*) {
  return decode_message(bytes);
}
base::Result<ClientRequest> decode(std::string_view bytes, ClientRequest*) {
  return decode_request(bytes);
}
base::Result<ServerReply> decode(std::string_view bytes, ServerReply*) {
  return decode_reply(bytes);
}
base::Result<raft::Entry> decode(std::string_view bytes, raft::Entry*) {
  return decode_entry(bytes);
}
using Commands = std::vector<lock::Command>;
base::Result<Commands> decode(std::string_view bytes, Commands*) {
  return decode_commands(bytes);
}

template <class T>
base::Result<T> decode(std::string_view bytes) {
  return decode(bytes, static_cast<T*>(nullptr));
}

template <class T>
class Codec : public testing::Test {};
using Encoded = testing::Types<PeerHello, raft::Message, ClientRequest, ServerReply, raft::Entry, Commands>;
TYPED_TEST_SUITE(Codec, Encoded);

TYPED_TEST(Codec, DecodesWhatItEncoded) {
  EXPECT_TRUE(rc::check([] {
    const auto value = *generate::any<TypeParam>();
    const auto decoded = decode<TypeParam>(encode(value));
    RC_ASSERT(decoded.ok());
    RC_ASSERT(decoded.value() == value);
  }));
}

TYPED_TEST(Codec, RefusesEveryProperPrefix) {
  EXPECT_TRUE(rc::check([] {
    const auto bytes = encode(*generate::any<TypeParam>());
    for (std::size_t n = 0; n < bytes.size(); ++n) RC_ASSERT(!decode<TypeParam>(bytes.substr(0, n)).ok());
  }));
}

TYPED_TEST(Codec, RefusesBytesBehindTheEnd) {
  EXPECT_TRUE(rc::check([] {
    const auto bytes = encode(*generate::any<TypeParam>());
    RC_ASSERT(!decode<TypeParam>(bytes + *rc::gen::arbitrary<char>()).ok());
  }));
}

template <class T>
void assert_refused_or_canonical(const std::string& bytes) {
  const auto decoded = decode<T>(bytes);
  if (decoded.ok())
    RC_ASSERT(encode(decoded.value()) == bytes);
  else
    RC_ASSERT(decoded.error().find('\n') == std::string::npos);
}

TYPED_TEST(Codec, AcceptsOnlyWhatItWouldEncodeAmongRandomBytes) {
  EXPECT_TRUE(rc::check([] {
    const auto small = rc::gen::cast<char>(rc::gen::inRange(0, 24));
    const auto byte = rc::gen::oneOf(small, rc::gen::arbitrary<char>());
    assert_refused_or_canonical<TypeParam>(*rc::gen::container<std::string>(byte));
  }));
}

TYPED_TEST(Codec, AcceptsOnlyWhatItWouldEncodeAmongDamagedEncodings) {
  EXPECT_TRUE(rc::check([] {
    auto bytes = encode(*generate::any<TypeParam>());
    if (bytes.empty()) return;
    const auto changes = *rc::gen::inRange(1, 4);
    for (int i = 0; i < changes; ++i) {
      bytes[*rc::gen::inRange<std::size_t>(0, bytes.size())] = *rc::gen::arbitrary<char>();
    }
    assert_refused_or_canonical<TypeParam>(bytes);
  }));
}

// The tags on the wire, in the order of the type list: 1, 2, 3, … They never change.
template <class Variant, class... Ts>
void expect_tags(std::size_t at, auto wrap) {
  static_assert(std::variant_size_v<Variant> == sizeof...(Ts));
  std::vector<int> tags, expected;
  (tags.push_back(encode(wrap(Variant(Ts{}))).at(at)), ...);
  for (int tag = 1; tag <= static_cast<int>(sizeof...(Ts)); ++tag) expected.push_back(tag);
  EXPECT_EQ(tags, expected);
}

TEST(WireTags, OfServerMessagesAreForEver) {
  using namespace raft;
  expect_tags<Message, PreVote, PreVoteGranted, PreVoteRefused, RequestVote, VoteGranted, VoteRefused, Append,
              AppendAccepted, AppendRejected, Heartbeat, HeartbeatReply, InstallSnapshot, PieceAccepted,
              TimeoutNow, ReadIndex, ReadIndexAnswer>(0, [](Message m) { return m; });
}

TEST(WireTags, OfPayloadsAreForEver) {
  expect_tags<raft::Payload, raft::Noop, raft::Command, raft::Configuration>(3, [](raft::Payload p) {
    return raft::Entry{{}, {}, p};
  });
}

TEST(WireTags, OfRequestsAreForEver) {
  using namespace lock;
  const auto request = [](Request r) { return ClientRequest{0, Consistency::linearizable, std::move(r)}; };
  expect_tags<Request, lock::Command, Query, Admin>(2, request);
  // 6 is free: a tag is of a type, and Configure is the seventh of the operators' requests.
  using Spoken = std::variant<OpenSession, KeepAlive, CloseSession, Sequenced, Recover>;
  expect_tags<Spoken, OpenSession, KeepAlive, CloseSession, Sequenced, Recover>(3, [&](const Spoken& spoken) {
    return request(std::visit([](const auto& command) { return lock::Command(command); }, spoken));
  });
  EXPECT_EQ(encode(request(lock::Command(Configure{}))).at(3), 7);
  expect_tags<Query, GetStatus, WaitStatus, List, CheckHold, GetHealth, GetAudit, GetSettings, Watch>(
      3, request);
  expect_tags<Admin, AddMember, ChangeMembers, TransferLeadership, TakeSnapshot, GetMembers, GetMetrics,
              Configure>(3, request);
  const auto operation = [&](Operation o) {
    return request(lock::Command(Sequenced{{}, {}, {}, std::move(o)}));
  };
  expect_tags<Operation, Acquire, Release, Renew, Cancel, SetStatus, ClearStatus, Leave, Downgrade, Break,
              Once, FinishOnce>(7, operation);
  const auto queueing = [&](Queueing q) { return operation(Acquire{{}, true, {}, "", {}, Millis(0), q}); };
  expect_tags<Queueing, Fifo, Barge, Newest, Priority>(14, queueing);
  const auto mode = [&](Mode m) { return operation(Acquire{{{"", m}}, true, {}, ""}); };
  expect_tags<Mode, Exclusive, Shared, Counted>(10, mode);
}

TEST(WireTags, OfRepliesAreForEver) {
  using namespace lock;
  expect_tags<Reply, SessionOpened, KeptAlive, SessionClosed, SessionExpired, Granted, Queued, Held, Released,
              Renewed, NotHeld, Cancelled, StatusSet, StatusCleared, RevisionMismatch, StaleToken, Refused,
              StaleSequence, NameView, Listing, HoldStands, Health, NotLeader, LeadershipLost, MemberAdded,
              MembersChanged, Transferred, SnapshotTaken, Members, Metrics, Superseded, Deadlock, Downgraded,
              Broken, OnceEnded, OnceFinished, AuditTrail, Settings, Changes, Reset>(1, [](Reply reply) {
    return ServerReply{0, std::move(reply)};
  });
}

TEST(WireLayout, OfAnEntryIsAsDocumented) {
  const raft::Entry entry{{raft::Index(300), raft::Term(2)}, {5}, raft::Command{base::Bytes("ab")}};
  EXPECT_EQ(encode(entry), std::string("\xAC\x02\x02\x05\x02\x02"
                                       "ab"));
}

TEST(WireLayout, OfARequestIsAsDocumented) {
  lock::Acquire acquire;
  acquire.locks = {{"a", lock::Counted{5}}};
  acquire.detached = lock::Millis(128);
  acquire.queueing = lock::Priority{-1};
  const lock::Sequenced sequenced{lock::SessionId(1), lock::Sequence(2), lock::Sequence(3), acquire};
  EXPECT_EQ(encode(ClientRequest{7, lock::Consistency::lease, lock::Command(sequenced)}),
            std::string("\x07\x02\x01\x04\x01\x02\x03\x01\x01\x01"
                        "a\x03\x05\x01\x01\x80\x01\x00\x00\x00\x04\x01",
                        22));
}

TEST(Decoding, RefusesARecoveryFromAClientButNotFromTheLog) {
  const lock::Command recover(lock::Recover{5, lock::Millis(1'000), "node 2 was lost"});
  EXPECT_EQ(decode_request(encode(ClientRequest{1, lock::Consistency::linearizable, recover})).error(),
            "a request can't be read: a recovery is no client's to ask for");
  EXPECT_EQ(decode_commands(encode(std::vector{recover})).value(), std::vector{recover});
}

TEST(Decoding, RefusesSettingsFromAClientUnlessAsAnOperator) {
  const lock::Configure configure{{{"waiters", 5}}};
  const auto as_command = ClientRequest{1, lock::Consistency::linearizable, lock::Command(configure)};
  EXPECT_EQ(decode_request(encode(as_command)).error(),
            "a request can't be read: settings are an operator's request, not a command");
  const auto as_operator = ClientRequest{1, lock::Consistency::linearizable, lock::Admin(configure)};
  EXPECT_EQ(decode_request(encode(as_operator)).value(), as_operator);
  EXPECT_TRUE(decode_commands(encode(std::vector{lock::Command(configure)})).ok());
}

std::string renewal(std::uint64_t ttl_ms) {
  std::string bytes("\x00\x01\x01\x01", 4);
  base::Encoder out(bytes);
  out.varint(ttl_ms);
  out.text("me");
  out.varint(0);
  return bytes;
}

TEST(Decoding, RefusesADurationAboveAHundredYears) {
  constexpr std::uint64_t kCentury = 36'500ull * 24 * 3600 * 1000;
  EXPECT_TRUE(decode_request(renewal(kCentury)).ok());
  const auto refused = decode_request(renewal(kCentury + 1));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error(), "a request can't be read: a duration is longer than 100 years");
}

TEST(Decoding, RefusesAStampThatSumsCouldOverflow) {
  std::string bytes("\x01\x01", 2);
  base::Encoder(bytes).varint((std::uint64_t{1} << 53) + 1);
  bytes += '\x01';
  EXPECT_EQ(decode_entry(bytes).error(), "a log entry can't be read: a time is out of range");
}

TEST(Decoding, RefusesATermOrAnIndexThatCouldNotBeCountedOn) {
  std::string bytes("\x02", 1);
  base::Encoder(bytes).varint(std::uint64_t{1} << 63);
  EXPECT_EQ(decode_message(bytes).error(), "a server's message can't be read: a number is out of range");
}

TEST(Decoding, SaysThatATagIsUnknown) {
  EXPECT_EQ(decode_message(std::string(1, '\x00')).error(),
            "a server's message can't be read: a tag is unknown");
  EXPECT_EQ(decode_message("\x20").error(), "a server's message can't be read: a tag is unknown");
}

TEST(Decoding, DoesNotMakeRoomForACountThatTheInputCanNotHold) {
  std::string bytes;
  base::Encoder(bytes).varint(std::uint64_t{1} << 60);
  EXPECT_FALSE(decode_commands(bytes + "abc").ok());
}

}  // namespace
}  // namespace wire
