#include "core/client/json_object.hpp"

namespace client {

JsonObject& JsonObject::text(std::string_view key, std::string_view value) {
  begin(key);
  quote(value);
  return *this;
}

JsonObject& JsonObject::raw(std::string_view key, std::string_view json) {
  begin(key);
  out_ += json;
  return *this;
}

void JsonObject::begin(std::string_view key) {
  if (out_.size() > 1) out_ += ", ";
  quote(key);
  out_ += ": ";
}

// RFC 8259, section 7. What is not ASCII stays as it is: UTF-8.
void JsonObject::quote(std::string_view value) {
  static constexpr char kHex[] = "0123456789abcdef";
  out_ += '"';
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out_ += '\\';
      out_ += c;
    } else if (c == '\n') {
      out_ += "\\n";
    } else if (byte < 0x20 || byte == 0x7f) {
      out_ += "\\u00";
      out_ += kHex[byte >> 4];
      out_ += kHex[byte & 15];
    } else {
      out_ += c;
    }
  }
  out_ += '"';
}

}  // namespace client
