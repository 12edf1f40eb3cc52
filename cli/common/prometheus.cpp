#include "cli/common/prometheus.hpp"

#include <map>
#include <string_view>
#include <vector>

#include "core/base/histogram.hpp"

namespace cli {
namespace {

using lock::Metric;

struct Name {
  std::string family;
  std::string labels;  // without the braces
};

Name split(const std::string& name) {
  const auto brace = name.find('{');
  if (brace == std::string::npos) return {name, ""};
  const auto end = name.rfind('}');
  return {name.substr(0, brace), name.substr(brace + 1, end - brace - 1)};
}

std::string sample(const Name& name, const char* suffix, const std::string& label, std::uint64_t value) {
  const bool both = !name.labels.empty() && !label.empty();
  const auto labels = name.labels + (both ? "," : "") + label;
  return name.family + suffix + (labels.empty() ? "" : "{" + labels + "}") + " " + std::to_string(value) +
         "\n";
}

std::string histogram(const Name& name, const Metric& metric) {
  std::string out;
  std::uint64_t count = 0;
  for (std::size_t b = 0; b < metric.buckets.size(); ++b) {
    count += metric.buckets[b];
    if (b + 1 >= base::Histogram::kBuckets) continue;
    out += sample(name, "_bucket", "le=\"" + std::to_string((std::uint64_t{1} << b) - 1) + "\"", count);
  }
  out += sample(name, "_bucket", "le=\"+Inf\"", count);
  return out + sample(name, "_sum", "", metric.value) + sample(name, "_count", "", count);
}

std::string escaped(std::string_view help) {
  std::string out;
  for (const char c : help) out += c == '\n' ? "\\n" : c == '\\' ? "\\\\" : std::string(1, c);
  return out;
}

}  // namespace

const char* name_of(lock::MetricKind kind) {
  switch (kind) {
    case lock::MetricKind::counter:
      return "counter";
    case lock::MetricKind::gauge:
      return "gauge";
    case lock::MetricKind::histogram:
      return "histogram";
  }
  return "untyped";
}

std::string prometheus(const lock::Metrics& metrics) {
  std::vector<std::string> order;
  std::map<std::string, std::string> families;
  for (const auto& metric : metrics.metrics) {
    const auto name = split(metric.name);
    auto& text = families[name.family];
    if (text.empty()) {
      order.push_back(name.family);
      text = "# HELP " + name.family + " " + escaped(metric.help) + "\n# TYPE " + name.family + " " +
             name_of(metric.kind) + "\n";
    }
    text += metric.kind == lock::MetricKind::histogram ? histogram(name, metric)
                                                       : sample(name, "", "", metric.value);
  }
  std::string out;
  for (const auto& family : order) out += families.at(family);
  return out;
}

}  // namespace cli
