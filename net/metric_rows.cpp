#include "net/metric_rows.hpp"

#include <utility>

namespace net {

lock::Metric counter(std::string name, std::string help, std::uint64_t value) {
  return {std::move(name), std::move(help), lock::MetricKind::counter, value, {}};
}

lock::Metric gauge(std::string name, std::string help, std::uint64_t value) {
  return {std::move(name), std::move(help), lock::MetricKind::gauge, value, {}};
}

lock::Metric histogram(std::string name, std::string help, const base::Histogram& values) {
  return {std::move(name),
          std::move(help),
          lock::MetricKind::histogram,
          values.sum(),
          {values.buckets().begin(), values.buckets().end()}};
}

}  // namespace net
