// Free ports without asking for them.
#pragma once

#include <string>
#include <unistd.h>

namespace testing_net {

// An address of 127.0.0.0/8 that no other process of the tests has: all its ports are free.
inline std::string own_loopback_address() {
  const auto pid = static_cast<unsigned>(::getpid());
  // A process id has at most 22 bits; the second octet keeps clear of 127.0.
  return "127." + std::to_string(64 + (pid >> 16)) + "." + std::to_string(pid >> 8 & 255) + "." +
         std::to_string(pid & 255);
}

}  // namespace testing_net
