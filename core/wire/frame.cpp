#include "core/wire/frame.hpp"

#include <algorithm>

#include "core/base/bytes.hpp"
#include "core/base/check.hpp"

namespace wire {
namespace {

constexpr std::string_view kMagic = "LKD";
constexpr std::size_t kVersionAt = 3, kTypeAt = 4, kLengthAt = 5, kChecksumAt = 9;
// Type and length, which the checksum covers together with the payload.
constexpr std::size_t kCoveredBytes = kChecksumAt - kTypeAt;

bool is_known(std::uint8_t type) {
  return type >= static_cast<std::uint8_t>(FrameType::peer_hello) &&
         type <= static_cast<std::uint8_t>(FrameType::reply);
}

// `tail` ends in the payload, and has room for type and length right before it: one run over contiguous
// bytes, no copy.
std::uint32_t checksum(char* tail, std::string_view covered, std::size_t payload_bytes) {
  std::copy(covered.begin(), covered.end(), tail);
  return base::crc32c({tail, kCoveredBytes + payload_bytes});
}

std::uint32_t u32_at(const char* bytes) {
  return base::Decoder({bytes, 4}).u32_fixed();
}

}  // namespace

std::string encode_frame(FrameType type, std::string_view payload) {
  CHECK(payload.size() <= kPayloadBytesMax);
  std::string covered;
  base::Encoder header(covered);
  header.u8(static_cast<std::uint8_t>(type));
  header.u32_fixed(static_cast<std::uint32_t>(payload.size()));

  std::string frame;
  frame.reserve(kHeaderBytes + payload.size());
  frame.resize(kHeaderBytes);
  frame.append(payload);
  const auto sum = checksum(frame.data() + kHeaderBytes - kCoveredBytes, covered, payload.size());

  std::string start(kMagic);
  base::Encoder out(start);
  out.u8(kVersion);
  start += covered;
  out.u32_fixed(sum);
  std::copy(start.begin(), start.end(), frame.begin());
  return frame;
}

void FrameReader::feed(std::string_view bytes) {
  if (broken_) return;
  // Moves at most as much as was consumed since the last time, so every byte is moved a bounded number of
  // times.
  if (consumed_ > 0 && consumed_ >= buffer_.size() - consumed_) {
    buffer_.erase(0, consumed_);
    consumed_ = 0;
  }
  buffer_.append(bytes);
}

base::Result<std::optional<Frame>> FrameReader::next() {
  if (!broken_) broken_ = flaw();
  if (broken_) return base::Error{*broken_};
  if (buffered() < kHeaderBytes) return std::optional<Frame>();
  char* header = buffer_.data() + consumed_;
  const std::size_t length = u32_at(header + kLengthAt);
  if (buffered() - kHeaderBytes < length) return std::optional<Frame>();

  const auto type = static_cast<FrameType>(header[kTypeAt]);
  const auto expected = u32_at(header + kChecksumAt);
  // The header is read for the last time, so its place may be overwritten.
  const std::string covered(header + kTypeAt, kCoveredBytes);
  if (checksum(header + kHeaderBytes - kCoveredBytes, covered, length) != expected) {
    broken_ = "a frame of " + std::to_string(length) + " bytes was damaged on its way: its checksum is wrong";
    return base::Error{*broken_};
  }
  Frame frame{type, std::string(header + kHeaderBytes, length)};
  consumed_ += kHeaderBytes + length;
  return std::optional<Frame>(std::move(frame));
}

std::optional<std::string> FrameReader::flaw() const {
  const std::string_view header = std::string_view(buffer_).substr(consumed_, kHeaderBytes);
  if (header.substr(0, kMagic.size()) != kMagic.substr(0, header.size())) return "not a lockd connection";
  if (header.size() <= kVersionAt) return std::nullopt;
  if (const auto version = static_cast<std::uint8_t>(header[kVersionAt]); version != kVersion) {
    return "the other end speaks version " + std::to_string(version) + ", this program speaks " +
           std::to_string(kVersion);
  }
  if (header.size() <= kTypeAt) return std::nullopt;
  if (const auto type = static_cast<std::uint8_t>(header[kTypeAt]); !is_known(type)) {
    return "a frame of the unknown type " + std::to_string(type);
  }
  if (header.size() < kChecksumAt) return std::nullopt;
  if (const std::size_t length = u32_at(header.data() + kLengthAt); length > payload_max_) {
    return "a frame of " + std::to_string(length) + " bytes, at most " + std::to_string(payload_max_) +
           " are allowed";
  }
  return std::nullopt;
}

}  // namespace wire
