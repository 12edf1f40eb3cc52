// Frames: what a connection carries. Every frame says its version, so that a stranger is told apart at the
// first one.
//
//   magic "LKD" (3)  version (1)  type (1)  length (4, little-endian)  crc32c (4, of type, length and
//   payload)  payload
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace wire {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kHeaderBytes = 13;
// Larger than any AppendEntries (Tuning::append_bytes_max plus one entry).
constexpr std::size_t kPayloadBytesMax = 8u << 20;

enum class FrameType : std::uint8_t {
  peer_hello = 1,
  client_hello = 2,
  server_hello = 3,
  peer = 4,
  request = 5,
  reply = 6
};

struct Frame {
  FrameType type;
  std::string payload;
};

std::string encode_frame(FrameType type, std::string_view payload);

// Cuts a stream of bytes into frames. After an error it stays in error: close the connection.
class FrameReader {
 public:
  explicit FrameReader(std::size_t payload_max = kPayloadBytesMax) : payload_max_(payload_max) {}

  void feed(std::string_view bytes);
  // From the next frame on: a stranger may say less than a peer.
  void limit_payload(std::size_t payload_max) { payload_max_ = payload_max; }
  // A frame; nothing when more bytes are needed; an error for bytes that can't be ours (magic, version, type,
  // length, checksum), saying which.
  base::Result<std::optional<Frame>> next();
  std::size_t buffered() const { return buffer_.size() - consumed_; }

 private:
  // What is wrong with the part of the next header that is there; said before its payload is waited for.
  std::optional<std::string> flaw() const;

  std::size_t payload_max_;
  std::string buffer_;
  std::size_t consumed_ = 0;
  std::optional<std::string> broken_;
};

}  // namespace wire
