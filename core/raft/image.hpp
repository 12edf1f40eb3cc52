// A frozen state machine, as it is sent to a server that lags behind what the log still holds.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/base/bytes.hpp"

namespace raft {

struct Piece {
  base::Bytes bytes;
  std::string next;  // the cursor of the following piece; empty: this is the last
};

// Immutable. The same state gives the same pieces.
class Image {
 public:
  virtual ~Image() = default;
  // The piece at `cursor`, which the one before it has named; the first is at the empty cursor.
  virtual Piece piece(const std::string& cursor) const = 0;
};

}  // namespace raft
