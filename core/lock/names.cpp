#include <cstddef>

#include "core/lock/limits.hpp"
#include "core/lock/types.hpp"

namespace lock {
namespace {

// One code point at the front of `rest`.
struct CodePoint {
  std::uint32_t value = 0;
  std::size_t bytes = 0;  // 0: not UTF-8
};

// RFC 3629: the shortest form only, no surrogates, at most U+10FFFF.
CodePoint first_code_point(std::string_view rest) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(rest[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || rest.size() < bytes) return {};
  std::uint32_t value = lead & (0x7Fu >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    value = value << 6 | (byte(i) & 0x3Fu);
  }
  const std::uint32_t least = bytes == 4 ? 0x10000 : bytes == 3 ? 0x800 : 0x80;
  if (value < least || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return {};
  return {value, bytes};
}

// Controls C0 and C1, DEL, and the separators of lines and paragraphs: they would break a line of output.
bool breaks_a_line(std::uint32_t point) {
  return point < 0x20 || (point >= 0x7F && point <= 0x9F) || point == 0x2028 || point == 0x2029;
}

// Most of most names: printable, no space, and no ',' '=' ':'.
bool is_plain(char c) {
  return c > 0x20 && c < 0x7F && c != ',' && c != '=' && c != ':';
}

// What an error may repeat: any bytes may have come, and the line goes to a terminal.
std::string quoted(std::string_view name) {
  std::string out = "'";
  for (const char c : name.substr(0, 64)) out += c < 0x20 || c > 0x7E ? '?' : c;
  return out + (name.size() > 64 ? "...'" : "'");
}

base::Error wrong(std::string_view name, const std::string& what) {
  return base::Error{"bad name " + quoted(name) + ": " + what};
}

}  // namespace

base::Status check_name(std::string_view name) {
  constexpr std::size_t bytes_max = Limits{}.name_bytes;
  if (name.empty()) return base::Error{"bad name '': it is empty; write 1 to 256 bytes, such as jobs/42"};
  if (name.size() > bytes_max) {
    return wrong(name,
                 "it has " + std::to_string(name.size()) + " bytes; at most " + std::to_string(bytes_max));
  }
  if (name.front() == '-') return wrong(name, "it begins with '-'; begin with a letter or a digit");
  if (name.front() == '/') return wrong(name, "it begins with '/'; leave that out");
  if (name.back() == '/') return wrong(name, "it ends in '/'; leave that out");
  if (name.find("//") != std::string_view::npos)
    return wrong(name, "it has an empty part; write one '/' at a time");
  for (std::string_view rest = name; !rest.empty();) {
    if (is_plain(rest.front())) {
      rest.remove_prefix(1);
      continue;
    }
    const auto point = first_code_point(rest);
    if (point.bytes == 0) return wrong(name, "it is not valid UTF-8");
    if (breaks_a_line(point.value)) return wrong(name, "it has a control character; write printable text");
    if (point.value == ' ') return wrong(name, "it has a space; write '-' or '_' instead");
    if (point.value == ',' || point.value == '=' || point.value == ':') {
      return wrong(name,
                   std::string("it has a '") + static_cast<char>(point.value) + "'; leave out ',' '=' ':'");
    }
    rest.remove_prefix(point.bytes);
  }
  return base::Done{};
}

}  // namespace lock
