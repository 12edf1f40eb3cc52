#include "core/base/bytes.hpp"

namespace base {

void Encoder::u32_fixed(std::uint32_t v) {
  for (int shift = 0; shift < 32; shift += 8) u8(static_cast<std::uint8_t>(v >> shift));
}

void Encoder::u64_fixed(std::uint64_t v) {
  for (int shift = 0; shift < 64; shift += 8) u8(static_cast<std::uint8_t>(v >> shift));
}

void Encoder::varint(std::uint64_t v) {
  for (; v >= 0x80; v >>= 7) u8(static_cast<std::uint8_t>(v | 0x80));
  u8(static_cast<std::uint8_t>(v));
}

void Encoder::svarint(std::int64_t v) {
  varint((static_cast<std::uint64_t>(v) << 1) ^ static_cast<std::uint64_t>(v >> 63));
}

void Encoder::text(std::string_view v) {
  varint(v.size());
  out_.append(v);
}

std::string_view Decoder::take(std::size_t n) {
  if (!ok_ || n > in_.size()) {
    ok_ = false;
    in_ = {};
    return {};
  }
  const auto taken = in_.substr(0, n);
  in_.remove_prefix(n);
  return taken;
}

std::uint8_t Decoder::u8() {
  const auto taken = take(1);
  return taken.empty() ? 0 : static_cast<std::uint8_t>(taken[0]);
}

bool Decoder::boolean() {
  const auto v = u8();
  if (v > 1) fail();
  return ok_ && v == 1;
}

std::uint32_t Decoder::u32_fixed() {
  std::uint32_t v = 0;
  for (int shift = 0; shift < 32; shift += 8) v |= std::uint32_t{u8()} << shift;
  return v;
}

std::uint64_t Decoder::u64_fixed() {
  std::uint64_t v = 0;
  for (int shift = 0; shift < 64; shift += 8) v |= std::uint64_t{u8()} << shift;
  return v;
}

std::uint64_t Decoder::varint() {
  std::uint64_t v = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const auto byte = u8();
    if (shift == 63 && byte > 1) fail();
    v |= std::uint64_t{byte & 0x7Fu} << shift;
    if (byte < 0x80) {
      if (byte == 0 && shift > 0) fail();
      return ok_ ? v : 0;
    }
  }
  fail();
  return 0;
}

std::int64_t Decoder::svarint() {
  const auto v = varint();
  return static_cast<std::int64_t>((v >> 1) ^ (~(v & 1) + 1));
}

std::string_view Decoder::text() {
  const auto n = varint();
  return n <= in_.size() ? take(static_cast<std::size_t>(n)) : (fail(), std::string_view());
}

std::uint64_t Decoder::count() {
  const auto n = varint();
  if (n > in_.size()) fail();
  return ok_ ? n : 0;
}

}  // namespace base
