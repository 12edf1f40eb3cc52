// Real time, and two clocks that show it at rates of their own.
#pragma once

#include <cstdint>

#include "core/base/time.hpp"

namespace client {

struct SkewedClocks {
  std::int64_t server_ppm;
  std::int64_t client_ppm;
  base::Duration real = std::chrono::seconds(1000);

  base::Instant client_now() const {
    return {base::Duration(real.count() / 1'000'000 * (1'000'000 + client_ppm))};
  }
  base::LogTime stamp() const {
    return {static_cast<std::uint64_t>(real.count() / 1'000'000 * (1'000'000 + server_ppm) / 1'000'000)};
  }
  // Real time at a reading of either clock.
  base::Duration real_at(base::Instant local) const {
    return base::Duration(local.since_origin.count() / 1000 * 1'000'000 / (1'000'000 + client_ppm) * 1000);
  }
  base::Duration real_at(base::LogTime t) const {
    return base::Duration(static_cast<std::int64_t>(t.ms) * 1'000'000'000 / (1'000'000 + server_ppm) * 1000);
  }
};

}  // namespace client
