#include "sim/perfetto.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>

namespace sim {

namespace {

std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

// In microseconds, to the nanosecond.
std::string micros(Time now) {
  const auto below = std::to_string(now.count() % 1000);
  return std::to_string(now.count() / 1000) + "." + std::string(3 - below.size(), '0') + below;
}

}  // namespace

Perfetto::Perfetto(std::ostream& out, std::uint64_t bytes_max) : out_(out), bytes_left_(bytes_max) {
  out_ << "{\"displayTimeUnit\": \"ms\", \"traceEvents\": [";
}

Perfetto::~Perfetto() {
  if (!closed_) out_ << "\n]}\n";
}

void Perfetto::event(char phase, Time now, std::uint32_t group, const std::string& rest, bool closes) {
  if (cut_short_ && !closes) return;
  const auto text = std::string(first_ ? "\n" : ",\n") + "{\"ph\": \"" + phase +
                    "\", \"pid\": " + std::to_string(group) + ", \"ts\": " + micros(now) + rest + "}";
  if (text.size() > bytes_left_ && !closes) {
    cut_short_ = true;
    return;
  }
  bytes_left_ -= std::min<std::uint64_t>(bytes_left_, text.size());
  first_ = false;
  out_ << text;
}

void Perfetto::name_group(std::uint32_t group, const std::string& name) {
  event('M', Time(0), group,
        ", \"tid\": 0, \"name\": \"process_name\", \"args\": {\"name\": " + quoted(name) + "}");
  event('M', Time(0), group,
        ", \"tid\": 0, \"name\": \"process_sort_index\", \"args\": {\"sort_index\": " +
            std::to_string(group) + "}");
}

void Perfetto::name_row(std::uint32_t group, std::uint32_t row, const std::string& name) {
  event('M', Time(0), group,
        ", \"tid\": " + std::to_string(row) +
            ", \"name\": \"thread_name\", \"args\": {\"name\": " + quoted(name) + "}");
}

void Perfetto::show(Time now, std::uint32_t group, std::uint32_t row, const std::string& what) {
  auto& shown = shown_[{group, row}];
  if (shown == what) return;
  const auto tid = ", \"tid\": " + std::to_string(row);
  if (!shown.empty()) event('E', now, group, tid, true);
  shown.clear();
  if (what.empty() || cut_short_) return;
  event('B', now, group, tid + ", \"name\": " + quoted(what));
  if (!cut_short_) shown = what;
}

void Perfetto::begin(Time now, std::uint32_t group, const char* kind, std::uint64_t id,
                     const std::string& what) {
  const auto rest = std::string(", \"tid\": 0, \"cat\": \"") + kind + "\", \"id\": " + std::to_string(id) +
                    ", \"name\": " + quoted(what);
  event('b', now, group, rest);
  if (!cut_short_) open_[{kind, id}] = {group, rest};
}

void Perfetto::end(Time now, std::uint32_t group, const char* kind, std::uint64_t id) {
  const auto node = open_.extract({kind, id});
  if (node) event('e', now, group, node.mapped().second, true);
}

void Perfetto::mark(Time now, std::uint32_t group, std::uint32_t row, const std::string& what) {
  event('i', now, group, ", \"tid\": " + std::to_string(row) + ", \"s\": \"g\", \"name\": " + quoted(what));
}

void Perfetto::level(Time now, std::uint32_t group, const char* name, std::uint64_t value) {
  event('C', now, group,
        std::string(", \"tid\": 0, \"name\": \"") + name +
            "\", \"args\": {\"value\": " + std::to_string(value) + "}");
}

void Perfetto::close(Time now) {
  for (auto& [row, shown] : shown_) {
    if (!shown.empty()) event('E', now, row.first, ", \"tid\": " + std::to_string(row.second), true);
  }
  for (const auto& [key, bar] : open_) event('e', now, bar.first, bar.second, true);
  if (cut_short_)
    event('i', now, 0, R"(, "tid": 0, "s": "g", "name": "the trace is cut short here: too large")", true);
  out_ << "\n]}\n";
  closed_ = true;
}

}  // namespace sim
