#include "core/base/bytes.hpp"

#include <gtest/gtest.h>
#include <limits>
#include <rapidcheck/gtest.h>

namespace base {
namespace {

template <class Write>
std::string written(Write write) {
  std::string out;
  Encoder encoder(out);
  write(encoder);
  return out;
}

std::string varint_of(std::uint64_t v) {
  return written([&](Encoder& e) { e.varint(v); });
}

RC_GTEST_PROP(Bytes, EveryValueComesBack,
              (std::uint8_t a, bool b, std::uint32_t c, std::uint64_t d, std::int64_t e, const std::string& f,
               int shift)) {
  const std::uint64_t g = d >> (static_cast<unsigned>(shift) % 64);
  const auto bytes = written([&](Encoder& out) {
    out.u8(a);
    out.boolean(b);
    out.u32_fixed(c);
    out.u64_fixed(d);
    out.svarint(e);
    out.text(f);
    out.varint(g);
  });
  Decoder in(bytes);
  RC_ASSERT(in.u8() == a);
  RC_ASSERT(in.boolean() == b);
  RC_ASSERT(in.u32_fixed() == c);
  RC_ASSERT(in.u64_fixed() == d);
  RC_ASSERT(in.svarint() == e);
  RC_ASSERT(in.text() == f);
  RC_ASSERT(in.varint() == g);
  RC_ASSERT(in.finished());
}

// Whatever bytes are taken for a varint are the only ones that mean this value.
RC_GTEST_PROP(Bytes, AVarintHasOneForm, (const std::string& bytes)) {
  Decoder in(bytes);
  const auto value = in.varint();
  if (!in.ok()) return;
  RC_ASSERT(varint_of(value) + std::string(in.rest()) == bytes);
}

TEST(Bytes, AVarintAtItsEdges) {
  EXPECT_EQ(varint_of(0), std::string(1, '\0'));
  EXPECT_EQ(varint_of(127), "\x7F");
  EXPECT_EQ(varint_of(128), "\x80\x01");
  for (const std::uint64_t v : {std::uint64_t{0}, std::uint64_t{1} << 63, ~std::uint64_t{0}}) {
    const auto bytes = varint_of(v);
    Decoder in(bytes);
    EXPECT_EQ(in.varint(), v);
    EXPECT_TRUE(in.finished());
  }
  for (const std::int64_t v : {std::numeric_limits<std::int64_t>::min(),
                               std::numeric_limits<std::int64_t>::max(), std::int64_t{-1}}) {
    const auto bytes = written([&](Encoder& e) { e.svarint(v); });
    Decoder in(bytes);
    EXPECT_EQ(in.svarint(), v);
  }
  EXPECT_EQ(written([](Encoder& e) { e.svarint(-1); }), "\x01");
}

TEST(Bytes, AnImpossibleVarintIsRefused) {
  for (const std::string& bytes : {std::string("\x80\x00", 2), std::string("\x80"), std::string(10, '\xFF'),
                                   std::string(9, '\xFF') + "\x02", std::string()}) {
    Decoder in(bytes);
    EXPECT_EQ(in.varint(), 0u);
    EXPECT_FALSE(in.ok());
  }
}

TEST(Bytes, FixedIntegersAreLittleEndian) {
  EXPECT_EQ(written([](Encoder& e) { e.u32_fixed(0x01020304); }), "\x04\x03\x02\x01");
  EXPECT_EQ(written([](Encoder& e) { e.u64_fixed(0x0102030405060708); }), "\x08\x07\x06\x05\x04\x03\x02\x01");
}

TEST(Bytes, ABooleanIsZeroOrOne) {
  Decoder in("\x02");
  EXPECT_FALSE(in.boolean());
  EXPECT_FALSE(in.ok());
}

TEST(Bytes, ATextBeyondTheEndIsRefused) {
  Decoder in(
      "\x05"
      "abc");
  EXPECT_EQ(in.text(), "");
  EXPECT_FALSE(in.ok());
}

TEST(Bytes, ACountBeyondTheRestIsRefused) {
  Decoder enough(
      std::string_view("\x02"
                       "ab"));
  EXPECT_EQ(enough.count(), 2u);
  EXPECT_TRUE(enough.ok());
  Decoder less(
      std::string_view("\x03"
                       "ab"));
  EXPECT_EQ(less.count(), 0u);
  EXPECT_FALSE(less.ok());
}

TEST(Bytes, NothingIsReadAfterAFailure) {
  Decoder in(std::string_view("\x02\x01\x01\x01\x01\x01\x01\x01\x01", 9));
  in.boolean();
  EXPECT_EQ(in.u64_fixed(), 0u);
  EXPECT_EQ(in.varint(), 0u);
  EXPECT_FALSE(in.finished());
}

RC_GTEST_PROP(Bytes, APrefixIsNeverFinished, (std::uint64_t a, const std::string& text)) {
  const auto bytes = written([&](Encoder& e) {
    e.varint(a);
    e.text(text);
  });
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    Decoder in(std::string_view(bytes).substr(0, n));
    in.varint();
    in.text();
    RC_ASSERT(!in.finished());
  }
}

TEST(Bytes, AreComparedByContent) {
  EXPECT_EQ(Bytes("a"), Bytes("a"));
  EXPECT_FALSE(Bytes("a") == Bytes("b"));
  EXPECT_EQ(Bytes(), Bytes(""));
}

// RFC 3720, appendix B.4.
TEST(Crc32c, HasTheKnownValues) {
  EXPECT_EQ(crc32c("123456789"), 0xE3069283u);
  EXPECT_EQ(crc32c(""), 0u);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAu);
  EXPECT_EQ(crc32c(std::string(32, '\xFF')), 0x62A8AB43u);
}

RC_GTEST_PROP(Crc32c, SeesEveryFlippedBit, (std::string bytes, std::uint16_t where)) {
  RC_PRE(!bytes.empty());
  const auto before = crc32c(bytes);
  bytes[where / 8 % bytes.size()] ^= static_cast<char>(1 << where % 8);
  RC_ASSERT(crc32c(bytes) != before);
}

}  // namespace
}  // namespace base
