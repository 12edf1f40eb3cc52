// Rows for an operator's metrics.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/histogram.hpp"
#include "core/lock/admin.hpp"

namespace net {

lock::Metric counter(std::string name, std::string help, std::uint64_t value);
lock::Metric gauge(std::string name, std::string help, std::uint64_t value);
lock::Metric histogram(std::string name, std::string help, const base::Histogram& values);

}  // namespace net
