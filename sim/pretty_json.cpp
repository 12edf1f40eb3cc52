#include "sim/pretty_json.hpp"

#include <nlohmann/json.hpp>

namespace sim {

namespace {

using nlohmann::ordered_json;
constexpr std::size_t kColumns = 108;

// With a blank behind every comma and colon.
std::string on_one_line(const ordered_json& json) {
  if (!json.is_structured()) return json.dump();
  std::string text;
  for (const auto& [key, value] : json.items()) {
    if (!text.empty()) text += ", ";
    if (json.is_object()) text += ordered_json(key).dump() + ": ";
    text += on_one_line(value);
  }
  return json.is_object() ? "{" + text + "}" : "[" + text + "]";
}

bool is_flat(const ordered_json& json) {
  for (const auto& value : json) {
    if (value.is_structured()) return false;
  }
  return true;
}

void write(const ordered_json& json, std::size_t indent, std::size_t column, std::string& into) {
  const auto line = on_one_line(json);
  if (!json.is_structured() || column + line.size() <= kColumns) {
    into += line;
    return;
  }
  const bool object = json.is_object();
  const std::string margin(indent + 1, ' ');
  into += object ? '{' : '[';
  std::size_t at = 0;  // where the line is that is being filled; 0: a new one is needed
  for (const auto& [key, value] : json.items()) {
    const auto name = object ? ordered_json(key).dump() + ": " : std::string();
    const bool fills = is_flat(json) && !object && at != 0 && at + value.dump().size() + 3 <= kColumns;
    if (fills) {
      into += ", " + value.dump();
      at += value.dump().size() + 2;
      continue;
    }
    if (into.back() != '{' && into.back() != '[') into += ',';
    into += "\n" + margin + name;
    at = margin.size() + name.size();
    write(value, indent + 1, at, into);
    at += on_one_line(value).size();
  }
  into += object ? "}" : "]";
}

}  // namespace

std::string pretty(const ordered_json& json) {
  std::string text;
  write(json, 0, 0, text);
  return text + "\n";
}

}  // namespace sim
