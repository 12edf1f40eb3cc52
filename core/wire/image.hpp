// A machine as a sequence of pieces, for snapshots: frozen at once, written and read a piece at a time.
//
//   a piece   elements, one behind the other: a tag (a byte), then the element. The first piece begins with
//   the
//             head, which stands nowhere else
//   head      1: format version; stamp; counters; rest; settings; how many sessions, holds, blocks, records
//   and
//             audit entries follow
//   session   2: number, and its fields but for its holds
//   hold      3: token, and its fields
//   block     4: token, end, names, whether a Release ends it
//   record    5: name, and its fields
//   audit     6: number, and its fields
//
// The kinds come in this order, each with keys rising.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/result.hpp"
#include "core/lock/machine.hpp"
#include "core/lock/rebuild.hpp"

namespace wire {
class Reader;
}  // namespace wire

namespace lock {

struct ImagePiece {
  std::string bytes;
  std::string next;  // where the following piece begins; empty: this is the last
};

class Image {
 public:
  // Takes a copy of the machine, which costs next to nothing and goes on being changed.
  explicit Image(Machine frozen) : machine_(std::move(frozen)) {}

  // Whole elements, as many as fit into `bytes_max` and at least one. `from` is empty, or the `next` of the
  // piece before; anything else gives a piece that no reader takes. The same state gives the same pieces on
  // every replica, and any piece can be had again.
  ImagePiece piece(const std::string& from, std::size_t bytes_max) const;

  const Machine& machine() const { return machine_; }
  // To be called until it says true before a large image is destroyed: see Machine::shed.
  bool shed(std::size_t elements) { return machine_.shed(elements); }

 private:
  Machine machine_;
};

// Takes pieces in their order, from a stranger: accepts only what an Image gives, whatever its bytes_max.
class ImageReader {
 public:
  // The bounds that no setting moves are those of the machine that was frozen; the image says the others.
  explicit ImageReader(Limits limits) : rebuild_(limits) {}

  // Costs as much as the piece is long. After an error every feed and finish() says it again.
  base::Status feed(std::string_view piece);
  // Nothing may be missing. Costs nothing to speak of.
  base::Result<Machine> finish();
  // As Image::shed, of an image that was refused or isn't wanted any more.
  bool shed(std::size_t elements) { return rebuild_.shed(elements); }

 private:
  base::Status take(std::string_view piece);
  base::Status take_head(wire::Reader& reader);
  base::Status take_element(std::uint8_t tag, wire::Reader& reader);

  Rebuild rebuild_;
  bool begun_ = false;
  std::optional<base::Error> error_;
};

}  // namespace lock
