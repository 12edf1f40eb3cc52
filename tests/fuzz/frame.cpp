// A stream that is cut anywhere gives the frames that the whole one gives. The first byte says how it is cut.
#include "core/wire/frame.hpp"

#include <vector>

#include "tests/fuzz/targets.hpp"

namespace fuzz {
namespace {

constexpr std::size_t kPayloadMax = 4096;

struct Read {
  std::string frames;  // encoded again
  std::string error;
  std::size_t left = 0;
  bool operator==(const Read&) const = default;
};

Read read(std::string_view stream, std::size_t chunk) {
  wire::FrameReader reader(kPayloadMax);
  Read read;
  do {
    reader.feed(stream.substr(0, chunk));
    stream.remove_prefix(std::min(chunk, stream.size()));
    for (;;) {
      auto next = reader.next();
      if (!next.ok()) {
        read.error = next.error();
        return read;
      }
      if (!next.value()) break;
      read.frames += wire::encode_frame(next.value()->type, next.value()->payload);
    }
  } while (!stream.empty());
  read.left = reader.buffered();
  return read;
}

}  // namespace

void frame(std::string_view bytes) {
  if (bytes.empty()) return;
  const std::size_t chunk = 1 + static_cast<unsigned char>(bytes[0]);
  const auto stream = bytes.substr(1);
  const auto whole = read(stream, stream.size() + 1);
  CHECK(read(stream, chunk) == whole);
  CHECK(stream.substr(0, whole.frames.size()) == whole.frames);
  if (whole.error.empty()) CHECK(whole.frames.size() + whole.left == stream.size());
  // A sound one of any content goes through, and what stands behind it changes nothing.
  const auto sound = wire::encode_frame(wire::FrameType::peer, stream.substr(0, kPayloadMax));
  CHECK(read(sound + std::string(stream), chunk).frames.substr(0, sound.size()) == sound);
}

}  // namespace fuzz
