// The rows of a store, whose checksums have been found right, and a write-ahead log that nobody has looked
// at.
#include <optional>

#include "core/base/bytes.hpp"
#include "core/store/rows.hpp"
#include "core/store/wal_scan.hpp"
#include "tests/fuzz/targets.hpp"

namespace fuzz {
namespace {

constexpr std::size_t kHeaderBytes = 32, kFrameHeaderBytes = 24;

// What is accepted says the same once it is written anew.
template <class T>
void settles(const base::Result<T>& decoded, base::Result<T> (*decode)(std::string_view)) {
  if (!decoded.ok()) return;
  const auto written = store::encode(decoded.value());
  const auto again = decode(written);
  CHECK(again.ok() && store::encode(again.value()) == written);
}

std::uint32_t word_at(const std::string& wal, std::size_t at, bool big) {
  std::uint32_t v = 0;
  for (std::size_t i = 0; i < 4; ++i) v = v << 8 | static_cast<unsigned char>(wal[at + (big ? i : 3 - i)]);
  return v;
}

void put_big(std::string& wal, std::size_t at, std::uint32_t v) {
  for (std::size_t i = 0; i < 4; ++i) wal[at + i] = static_cast<char>(v >> (24 - 8 * i));
}

struct Sum {
  std::uint32_t s0 = 0, s1 = 0;
  void extend(const std::string& wal, std::size_t from, std::size_t to, bool big) {
    for (std::size_t at = from; at + 8 <= to; at += 8) {
      s0 += word_at(wal, at, big) + s1;
      s1 += word_at(wal, at + 4, big) + s0;
    }
  }
};

// The same with the checksums of its header and of its first frames made right: what no mutation would find.
std::string healed(std::string wal, std::size_t frames) {
  if (wal.size() < kHeaderBytes) return wal;
  const bool big = (wal[3] & 1) != 0;
  put_big(wal, 0, 0x377F0682u | (big ? 1u : 0u));
  put_big(wal, 8, 512);
  Sum sum;
  sum.extend(wal, 0, 24, big);
  put_big(wal, 24, sum.s0);
  put_big(wal, 28, sum.s1);
  constexpr std::size_t kFrameBytes = kFrameHeaderBytes + 512;
  for (std::size_t at = kHeaderBytes; frames > 0 && at + kFrameBytes <= wal.size();
       at += kFrameBytes, --frames) {
    wal.replace(at + 8, 8, wal, 16, 8);
    sum.extend(wal, at, at + 8, big);
    sum.extend(wal, at + kFrameHeaderBytes, at + kFrameBytes, big);
    put_big(wal, at + 16, sum.s0);
    put_big(wal, at + 20, sum.s1);
  }
  return wal;
}

}  // namespace

void store_meta(std::string_view bytes) {
  settles(store::decode_meta(bytes), store::decode_meta);
}
void store_state(std::string_view bytes) {
  settles(store::decode_state(bytes), store::decode_state);
}
void store_snapshot(std::string_view bytes) {
  settles(store::decode_snapshot(bytes), store::decode_snapshot);
}

// The first byte says how many frames are healed.
void wal(std::string_view bytes) {
  const auto any = store::rot_of_wal(bytes);
  if (any) CHECK(any->find('\n') == std::string::npos);
  if (bytes.empty()) return;
  const std::string rest(bytes.substr(1));
  const auto damaged = healed(rest, static_cast<unsigned char>(bytes[0]) % 16);
  const auto rot = store::rot_of_wal(damaged);
  if (rot) CHECK(rot->find('\n') == std::string::npos);
  const auto whole = healed(rest, rest.size());
  CHECK(!store::rot_of_wal(whole));
  // A crash tears only the end: where one frame is left out, nothing that was acknowledged is behind it.
  CHECK(!store::rot_of_wal(std::string_view(whole).substr(0, whole.size() - whole.size() / 3)));
}

}  // namespace fuzz
