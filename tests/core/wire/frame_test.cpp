#include "core/wire/frame.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <utility>
#include <vector>

#include "core/base/check.hpp"

namespace wire {
namespace {

using Content = std::pair<FrameType, std::string>;

rc::Gen<Content> any_content() {
  return rc::gen::pair(
      rc::gen::map(rc::gen::inRange(1, 7), [](int type) { return static_cast<FrameType>(type); }),
      rc::gen::arbitrary<std::string>());
}

// What the reader makes of a stream that arrives all at once; nothing where it refuses it.
std::optional<std::vector<Content>> read_all(FrameReader& reader) {
  std::vector<Content> read;
  for (;;) {
    auto next = reader.next();
    if (!next.ok()) return std::nullopt;
    if (!next.value()) return read;
    read.emplace_back(next.value()->type, next.value()->payload);
  }
}

std::string error_for(const std::string& bytes, std::size_t payload_max = kPayloadBytesMax) {
  FrameReader reader(payload_max);
  reader.feed(bytes);
  const auto next = reader.next();
  return next.ok() ? "" : next.error();
}

TEST(FrameReader, CutsTheSameFramesHoweverTheStreamIsSplit) {
  EXPECT_TRUE(rc::check([] {
    const auto contents = *rc::gen::container<std::vector<Content>>(any_content());
    std::string stream;
    for (const auto& [type, payload] : contents) stream += encode_frame(type, payload);

    FrameReader reader;
    std::vector<Content> read;
    for (std::size_t at = 0; at < stream.size();) {
      const auto piece = std::min(*rc::gen::inRange<std::size_t>(1, 40), stream.size() - at);
      reader.feed(std::string_view(stream).substr(at, piece));
      at += piece;
      const auto cut = read_all(reader);
      RC_ASSERT(cut.has_value());
      read.insert(read.end(), cut->begin(), cut->end());
    }
    RC_ASSERT(read == contents);
    RC_ASSERT(reader.buffered() == 0u);
  }));
}

TEST(FrameReader, HandsOutNothingOfAFrameThatIsNotWhole) {
  const auto frame = encode_frame(FrameType::peer, "payload");
  for (std::size_t n = 0; n < frame.size(); ++n) {
    FrameReader reader;
    reader.feed(std::string_view(frame).substr(0, n));
    EXPECT_EQ(read_all(reader), std::vector<Content>());
    EXPECT_EQ(reader.buffered(), n);
  }
}

TEST(FrameReader, NeverHandsOutAFrameWithOneBitFlipped) {
  EXPECT_TRUE(rc::check([] {
    const auto [type, payload] = *any_content();
    const auto frame = encode_frame(type, payload);
    for (std::size_t bit = 0; bit < frame.size() * 8; ++bit) {
      auto damaged = frame;
      damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
      FrameReader reader;
      reader.feed(damaged);
      const auto next = reader.next();
      const bool handed_out = next.ok() && next.value().has_value();
      RC_ASSERT(!handed_out);
    }
  }));
}

TEST(FrameReader, StaysBrokenAfterAnError) {
  FrameReader reader;
  reader.feed("GET / HTTP/1.1\r\n");
  EXPECT_FALSE(reader.next().ok());
  reader.feed(encode_frame(FrameType::request, "x"));
  EXPECT_FALSE(reader.next().ok());
}

TEST(FrameReader, KnowsAStrangerByTheFirstByte) {
  EXPECT_EQ(error_for("G"), "not a lockd connection");
  EXPECT_EQ(error_for("LKE"), "not a lockd connection");
  EXPECT_EQ(error_for("LK"), "");
}

TEST(FrameReader, NamesBothVersionsWhenTheyDiffer) {
  EXPECT_EQ(error_for("LKD\x02"), "the other end speaks version 2, this program speaks 1");
}

TEST(FrameReader, RefusesAnUnknownType) {
  EXPECT_EQ(error_for(std::string("LKD\x01\x00", 5)), "a frame of the unknown type 0");
  EXPECT_EQ(error_for("LKD\x01\x07"), "a frame of the unknown type 7");
}

TEST(FrameReader, SaysThatAFrameWasDamaged) {
  auto frame = encode_frame(FrameType::request, "hello");
  frame.back() ^= 1;
  EXPECT_EQ(error_for(frame), "a frame of 5 bytes was damaged on its way: its checksum is wrong");
}

TEST(FrameReader, RefusesAFrameThatIsTooLongBeforeItsPayloadArrives) {
  const auto header = encode_frame(FrameType::request, std::string(101, 'x')).substr(0, 9);
  EXPECT_EQ(error_for(header, 100), "a frame of 101 bytes, at most 100 are allowed");
  EXPECT_EQ(error_for(header, 101), "");
}

TEST(FrameReader, LimitsThePayloadFromTheNextFrameOn) {
  FrameReader reader(100);
  reader.feed(encode_frame(FrameType::peer_hello, std::string(100, 'x')));
  reader.feed(encode_frame(FrameType::peer, std::string(1000, 'y')));
  ASSERT_TRUE(reader.next().ok());
  reader.limit_payload(1000);
  const auto next = reader.next();
  ASSERT_TRUE(next.ok() && next.value());
  EXPECT_EQ(next.value()->payload, std::string(1000, 'y'));
}

TEST(FrameReader, KeepsNoMoreThanTwiceWhatIsUnread) {
  const auto frame = encode_frame(FrameType::peer, std::string(1000, 'x'));
  FrameReader reader;
  for (int i = 0; i < 1000; ++i) {
    reader.feed(frame);
    ASSERT_TRUE(reader.next().value());
    ASSERT_EQ(reader.buffered(), 0u);
  }
}

TEST(EncodeFrame, RefusesAPayloadThatNobodyWouldRead) {
  EXPECT_THROW(encode_frame(FrameType::peer, std::string(kPayloadBytesMax + 1, 'x')), base::CheckFailed);
}

}  // namespace
}  // namespace wire
