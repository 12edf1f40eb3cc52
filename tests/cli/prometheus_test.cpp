#include "cli/common/prometheus.hpp"

#include <gtest/gtest.h>

#include "core/base/histogram.hpp"

namespace {

lock::Metric row(std::string name, lock::MetricKind kind, std::uint64_t value) {
  return {std::move(name), "What it counts.", kind, value, {}};
}

TEST(Prometheus, GivesANumberItsHelpAndItsType) {
  EXPECT_EQ(cli::prometheus({{row("lockd_term", lock::MetricKind::gauge, 7)}}),
            "# HELP lockd_term What it counts.\n# TYPE lockd_term gauge\nlockd_term 7\n");
  EXPECT_EQ(cli::prometheus({}), "");
}

TEST(Prometheus, KeepsAFamilyTogetherAndNamesItOnce) {
  using enum lock::MetricKind;
  EXPECT_EQ(
      cli::prometheus({{row("a_total{to=\"2\"}", counter, 1), row("b_bytes", gauge, 2),
                        row("a_total{to=\"3\"}", counter, 3)}}),
      "# HELP a_total What it counts.\n# TYPE a_total counter\na_total{to=\"2\"} 1\na_total{to=\"3\"} 3\n"
      "# HELP b_bytes What it counts.\n# TYPE b_bytes gauge\nb_bytes 2\n");
}

// Bucket 0 holds zeros, bucket 1 ones, bucket 2 twos and threes.
TEST(Prometheus, AddsUpTheBucketsOfAHistogram) {
  auto metric = row("sync_nanoseconds", lock::MetricKind::histogram, 9);
  metric.buckets = {1, 0, 3};
  EXPECT_EQ(cli::prometheus({{metric}}),
            "# HELP sync_nanoseconds What it counts.\n# TYPE sync_nanoseconds histogram\n"
            "sync_nanoseconds_bucket{le=\"0\"} 1\nsync_nanoseconds_bucket{le=\"1\"} 1\n"
            "sync_nanoseconds_bucket{le=\"3\"} 4\nsync_nanoseconds_bucket{le=\"+Inf\"} 4\n"
            "sync_nanoseconds_sum 9\nsync_nanoseconds_count 4\n");
}

TEST(Prometheus, CountsEveryValueBelowTheBoundItIsUnder) {
  for (const std::uint64_t value : {0u, 1u, 2u, 3u, 4u, 1023u, 1024u}) {
    base::Histogram histogram;
    histogram.add(value);
    auto metric = row("x", lock::MetricKind::histogram, value);
    metric.buckets.assign(histogram.buckets().begin(), histogram.buckets().end());
    const auto text = cli::prometheus({{metric}});
    const auto at_most = [&](std::uint64_t bound) { return "le=\"" + std::to_string(bound) + "\"} "; };
    std::uint64_t bound = 0;
    while (bound < value) bound = 2 * bound + 1;
    EXPECT_NE(text.find(at_most(bound) + "1"), std::string::npos) << value;
    if (bound == 0) continue;
    EXPECT_NE(text.find(at_most(bound / 2) + "0"), std::string::npos) << value;
  }
}

TEST(Prometheus, GivesTheLastBucketNoBound) {
  base::Histogram histogram;
  histogram.add(~std::uint64_t{0});
  auto metric = row("x", lock::MetricKind::histogram, 1);
  metric.buckets.assign(histogram.buckets().begin(), histogram.buckets().end());
  const auto text = cli::prometheus({{metric}});
  EXPECT_NE(text.find("le=\"1099511627775\"} 0\nx_bucket{le=\"+Inf\"} 1\n"), std::string::npos) << text;
}

TEST(Prometheus, PutsLabelsBesideTheBound) {
  auto metric = row("x{kind=\"peer\"}", lock::MetricKind::histogram, 0);
  metric.buckets = {2};
  EXPECT_NE(cli::prometheus({{metric}}).find("x_bucket{kind=\"peer\",le=\"0\"} 2\n"), std::string::npos);
}

TEST(Prometheus, KeepsAHelpOnItsLine) {
  auto metric = row("x", lock::MetricKind::gauge, 0);
  metric.help = "a\\b\nc";
  EXPECT_NE(cli::prometheus({{metric}}).find("# HELP x a\\\\b\\nc\n"), std::string::npos);
}

}  // namespace
