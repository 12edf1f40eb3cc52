// What has gone over connections of one kind.
#pragma once

#include <cstdint>

namespace net {

struct Traffic {
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::uint64_t frames_in = 0;
  std::uint64_t frames_out = 0;
};

}  // namespace net
