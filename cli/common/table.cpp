#include "cli/common/table.hpp"

#include <algorithm>

#include "cli/common/printable.hpp"
#include "core/base/check.hpp"

namespace cli {
namespace {

// Code points, which is what columns count for the scripts people name things in.
std::size_t width(const std::string& cell) {
  return static_cast<std::size_t>(
      std::ranges::count_if(cell, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace

std::string table(const std::vector<std::string>& header, std::vector<std::vector<std::string>> rows) {
  std::vector<std::size_t> widths;
  for (const auto& cell : header) widths.push_back(width(cell));
  for (auto& row : rows) {
    CHECK(row.size() == header.size());
    for (auto& cell : row) cell = printable(cell);
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  }
  std::string out;
  const auto print = [&](const std::vector<std::string>& row) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - width(row[i]) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  };
  print(header);
  for (const auto& row : rows) print(row);
  return out;
}

}  // namespace cli
