// One JSON object, written member by member in the order of the calls.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace client {

class JsonObject {
 public:
  JsonObject& text(std::string_view key, std::string_view value);
  JsonObject& number(std::string_view key, std::uint64_t value) { return raw(key, std::to_string(value)); }
  JsonObject& number(std::string_view key, std::int64_t value) { return raw(key, std::to_string(value)); }
  JsonObject& boolean(std::string_view key, bool value) { return raw(key, value ? "true" : "false"); }
  JsonObject& null(std::string_view key) { return raw(key, "null"); }
  // `json` is JSON already.
  JsonObject& raw(std::string_view key, std::string_view json);
  std::string str() const { return out_ + "}"; }

 private:
  void begin(std::string_view key);
  void quote(std::string_view value);

  std::string out_ = "{";
};

}  // namespace client
