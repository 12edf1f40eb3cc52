// The machine's clock: monotonic and counting suspend, so that a lease goes on ending while a laptop sleeps.
#pragma once

#include "core/base/time.hpp"
#include "core/host/ports.hpp"

namespace net {

// CLOCK_BOOTTIME. The same in every process of one boot.
base::Instant now();

class Clock final : public host::Clock {
 public:
  base::Instant now() const override { return net::now(); }
};

}  // namespace net
