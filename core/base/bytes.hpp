// Immutable bytes that are shared, not copied; and the primitives of every encoding.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace base {

// Compares by content. Copying costs a reference count.
class Bytes {
 public:
  Bytes() = default;
  explicit Bytes(std::string content) : content_(std::make_shared<const std::string>(std::move(content))) {}

  std::string_view view() const { return content_ ? std::string_view(*content_) : std::string_view(); }
  std::size_t size() const { return view().size(); }
  friend bool operator==(const Bytes& a, const Bytes& b) {
    return a.content_ == b.content_ || a.view() == b.view();
  }

 private:
  std::shared_ptr<const std::string> content_;
};

// Appends to a string. Integers are little-endian base-128 varints unless fixed; a text is its length, then
// itself.
class Encoder {
 public:
  explicit Encoder(std::string& out) : out_(out) {}

  void u8(std::uint8_t v) { out_.push_back(static_cast<char>(v)); }
  void boolean(bool v) { u8(v ? 1 : 0); }
  void u32_fixed(std::uint32_t v);
  void u64_fixed(std::uint64_t v);
  void varint(std::uint64_t v);
  // Signed, by zigzag.
  void svarint(std::int64_t v);
  void text(std::string_view v);

 private:
  std::string& out_;
};

// Reads what Encoder wrote. After a read past the end or of an impossible value every read answers a zero
// value and ok() is false: check once at the end. Canonical: an overlong varint or a boolean other than 0 and
// 1 is refused.
class Decoder {
 public:
  explicit Decoder(std::string_view in) : in_(in) {}

  std::uint8_t u8();
  bool boolean();
  std::uint32_t u32_fixed();
  std::uint64_t u64_fixed();
  std::uint64_t varint();
  std::int64_t svarint();
  // The view lives as long as the input.
  std::string_view text();
  // A count of elements, each of at least one byte: refused when the input could not hold that many.
  std::uint64_t count();

  void fail() { ok_ = false; }
  bool ok() const { return ok_; }
  // Everything was read and nothing was wrong.
  bool finished() const { return ok_ && in_.empty(); }
  std::string_view rest() const { return in_; }

 private:
  std::string_view take(std::size_t n);

  std::string_view in_;
  bool ok_ = true;
};

// CRC-32C (Castagnoli), as in iSCSI (RFC 3720, appendix B.4).
std::uint32_t crc32c(std::string_view bytes);

}  // namespace base
