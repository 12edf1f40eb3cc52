#include "sim/check/drawing.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace check {

namespace {

std::string label_of(const Operation& operation) {
  std::string out = describe(operation.op);
  if (operation.ret) out += ": " + describe(operation.ret);
  for (auto& c : out) {
    if (c < ' ' || c > '~') c = '?';
  }
  return out;
}

struct Bar {
  std::uint64_t client;
  std::size_t from;  // moments, numbered
  std::size_t to;
  std::string label;
  bool open;  // its outcome is unknown
};

// Touching moments stay apart: a return is drawn before a call only if it came strictly before it.
std::vector<Bar> bars_of(const History& history, std::size_t& moments) {
  std::set<std::pair<std::int64_t, bool>> times;
  for (const auto& operation : history) {
    times.insert({operation.start, false});
    if (operation.end) times.insert({*operation.end, true});
  }
  const auto number = [&](std::int64_t time, bool returns) {
    return static_cast<std::size_t>(std::distance(times.begin(), times.find({time, returns})));
  };
  moments = times.size() + 1;
  std::vector<Bar> bars;
  for (const auto& operation : history) {
    const auto to = operation.end ? number(*operation.end, true) : moments - 1;
    bars.push_back(
        {operation.client, number(operation.start, false), to, label_of(operation), !operation.end});
  }
  std::ranges::stable_sort(bars, {}, &Bar::from);
  return bars;
}

// Where each moment is drawn: wide enough for the label of every bar that ends there.
std::vector<std::size_t> columns_of(const std::vector<Bar>& bars, std::size_t moments) {
  std::vector<std::size_t> columns(moments, 0);
  for (std::size_t m = 0; m < moments; ++m) {
    if (m > 0) columns[m] = columns[m - 1] + 2;
    for (const auto& bar : bars) {
      if (bar.to == m) columns[m] = std::max(columns[m], columns[bar.from] + bar.label.size() + 1);
    }
  }
  return columns;
}

}  // namespace

std::string draw(const History& history) {
  std::size_t moments = 0;
  const auto bars = bars_of(history, moments);
  const auto columns = columns_of(bars, moments);
  std::map<std::uint64_t, std::vector<std::string>> rows;
  for (const auto& bar : bars) {
    auto& lines = rows[bar.client];
    const auto from = columns[bar.from];
    const auto to = columns[bar.to];
    auto line = std::ranges::find_if(lines, [&](const std::string& l) { return l.size() < from; });
    if (line == lines.end()) line = lines.insert(lines.end(), std::string());
    line->resize(from, ' ');
    *line += "[" + bar.label + std::string(to - from - bar.label.size() - 1, '-') + (bar.open ? ">" : "]");
  }
  std::size_t name_width = 0;
  for (const auto& row : rows) name_width = std::max(name_width, std::to_string(row.first).size());
  std::string out;
  for (const auto& [client, lines] : rows) {
    auto name = "client " + std::to_string(client);
    name.resize(7 + name_width + 2, ' ');
    for (const auto& line : lines) out += name + line + "\n";
  }
  return out;
}

}  // namespace check
