// Metrics in Prometheus' text exposition format (version 0.0.4).
#pragma once

#include <string>

#include "core/lock/admin.hpp"

namespace cli {

// A name may carry labels, `lockd_x_total{kind="peer"}`; rows that share the name before them stand together.
// Bucket b of a histogram counts what is below 2^b: whole numbers, so its upper bound is 2^b - 1. The last of
// base::Histogram's buckets has no bound but +Inf.
std::string prometheus(const lock::Metrics& metrics);
// counter, gauge or histogram.
const char* name_of(lock::MetricKind kind);

}  // namespace cli
