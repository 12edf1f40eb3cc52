#include "core/store/wal_scan.hpp"

#include <cstdint>

namespace store {
namespace {

constexpr std::size_t kHeaderBytes = 32, kFrameHeaderBytes = 24;
// The part of a frame's header that its checksum covers: page number and commit size.
constexpr std::size_t kCoveredBytes = 8;
constexpr std::size_t kSaltsEndAt = 16;
// The least that a disk writes whole or not at all.
constexpr std::size_t kSectorBytes = 512;

std::uint32_t big_endian(std::string_view bytes) {
  std::uint32_t v = 0;
  for (std::size_t i = 0; i < 4; ++i) v = v << 8 | static_cast<unsigned char>(bytes[i]);
  return v;
}

std::uint32_t little_endian(std::string_view bytes) {
  std::uint32_t v = 0;
  for (std::size_t i = 4; i-- > 0;) v = v << 8 | static_cast<unsigned char>(bytes[i]);
  return v;
}

struct Checksum {
  std::uint32_t s0 = 0, s1 = 0;
  bool operator==(const Checksum&) const = default;
};

Checksum stored_checksum(std::string_view at) {
  return {big_endian(at), big_endian(at.substr(4))};
}

Checksum extend(Checksum sum, std::string_view bytes, bool big) {
  const auto word = big ? big_endian : little_endian;
  for (std::size_t i = 0; i + 8 <= bytes.size(); i += 8) {
    sum.s0 += word(bytes.substr(i, 4)) + sum.s1;
    sum.s1 += word(bytes.substr(i + 4, 4)) + sum.s0;
  }
  return sum;
}

class Wal {
 public:
  explicit Wal(std::string_view bytes) : bytes_(bytes) {}

  bool header_is_whole() const {
    const auto magic = big_endian(bytes_);
    return (magic & ~1u) == 0x377F0682 && page_bytes() >= 512 && page_bytes() <= 65536 &&
           extend({}, bytes_.substr(0, 24), big()) == header_sum();
  }
  Checksum header_sum() const { return stored_checksum(bytes_.substr(24)); }

  // Frames count from 0; a last one that is not whole doesn't count.
  std::size_t frames() const { return (bytes_.size() - kHeaderBytes) / frame_bytes(); }
  Checksum stored_sum(std::size_t frame) const { return stored_checksum(header(frame).substr(16)); }
  Checksum sum_of(std::size_t frame, Checksum before) const {
    return extend(extend(before, header(frame).substr(0, kCoveredBytes), big()), page(frame), big());
  }
  bool commits(std::size_t frame) const { return big_endian(header(frame).substr(4)) != 0; }
  // How many of its two salts are this generation's.
  int salts_of_this_generation(std::size_t frame) const {
    return (header(frame).substr(8, 4) == bytes_.substr(16, 4)) +
           (header(frame).substr(12, 4) == bytes_.substr(20, 4));
  }
  bool continues(std::size_t frame, Checksum before) const {
    return salts_of_this_generation(frame) == 2 && sum_of(frame, before) == stored_sum(frame);
  }
  // Whether what its header says is from one write: where it lies in two sectors, a crash may have mixed it
  // with what was there before.
  bool header_is_of_one_piece(std::size_t frame) const {
    return (kHeaderBytes + frame * frame_bytes()) % kSectorBytes + kSaltsEndAt <= kSectorBytes;
  }
  // Of a bad frame: its header says that it ended a transaction, as a good one's does.
  bool seems_to_commit(std::size_t frame) const {
    return salts_of_this_generation(frame) > 0 && commits(frame);
  }
  // Whether one flipped bit in its covered header explains why its checksum is wrong: then it had been whole.
  bool is_one_header_bit_off(std::size_t frame, Checksum before) const {
    for (std::size_t bit = 0; bit < kCoveredBytes * 8; ++bit) {
      std::string covered(header(frame).substr(0, kCoveredBytes));
      covered[bit / 8] = static_cast<char>(covered[bit / 8] ^ (1 << bit % 8));
      if (extend(extend(before, covered, big()), page(frame), big()) == stored_sum(frame)) return true;
    }
    return false;
  }

 private:
  bool big() const { return big_endian(bytes_) & 1; }
  std::size_t page_bytes() const { return big_endian(bytes_.substr(8)); }
  std::size_t frame_bytes() const { return kFrameHeaderBytes + page_bytes(); }
  std::string_view header(std::size_t frame) const {
    return bytes_.substr(kHeaderBytes + frame * frame_bytes(), kFrameHeaderBytes);
  }
  std::string_view page(std::size_t frame) const {
    return bytes_.substr(kHeaderBytes + frame * frame_bytes() + kFrameHeaderBytes, page_bytes());
  }

  std::string_view bytes_;
};

// `bad` is the first frame that doesn't continue the chain, `before` the checksum up to it. A crash damages
// one transaction, the last, and nothing of this generation lies behind that one's end: what does, is proof
// of rot. Where it can't be told whether a crash has mixed the header that speaks of an end, only a good
// frame is, and only where no other was bad before.
//
// Missed is rot that takes away both salts of a frame that ended a transaction, two bits at least: it can't
// be told from one that was never written.
bool is_rot(const Wal& wal, std::size_t bad, Checksum before) {
  const int salts = wal.salts_of_this_generation(bad);
  // It was whole and only its own stored checksum is not.
  if (salts > 0 && bad + 1 < wal.frames() && wal.continues(bad + 1, wal.sum_of(bad, before))) return true;
  bool transaction_ended = wal.seems_to_commit(bad);
  bool surely = transaction_ended && wal.header_is_of_one_piece(bad);
  bool good_behind = false;
  for (std::size_t frame = bad + 1; frame < wal.frames(); ++frame) {
    const bool good = wal.continues(frame, wal.stored_sum(frame - 1));
    if (transaction_ended && good) return true;
    if (surely && wal.salts_of_this_generation(frame) == 2) return true;
    const bool ends =
        good ? wal.commits(frame) : wal.seems_to_commit(frame) && wal.header_is_of_one_piece(frame);
    transaction_ended |= ends;
    surely |= ends;
    good_behind |= good;
  }
  if (!good_behind) return false;
  return salts == 1 || (salts == 2 && wal.is_one_header_bit_off(bad, before));
}

}  // namespace

std::optional<std::string> rot_of_wal(std::string_view bytes) {
  if (bytes.size() <= kHeaderBytes) return std::nullopt;
  const Wal wal(bytes);
  // SQLite syncs the header before it writes the first frame, so anything behind a bad one is rot.
  if (!wal.header_is_whole()) return "its header is damaged";
  Checksum sum = wal.header_sum();
  for (std::size_t frame = 0; frame < wal.frames(); ++frame) {
    if (!wal.continues(frame, sum)) {
      if (!is_rot(wal, frame, sum)) return std::nullopt;
      return "frame " + std::to_string(frame + 1) + " of " + std::to_string(wal.frames()) +
             " is damaged, and transactions that were acknowledged lie behind it";
    }
    sum = wal.stored_sum(frame);
  }
  return std::nullopt;
}

}  // namespace store
