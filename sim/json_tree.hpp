// JSON with the place of every value in its text, for errors that point there. Numbers stay the text they
// were.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/result.hpp"

namespace sim {

struct Json {
  struct Member;
  struct Number {
    std::string text;
  };
  using Array = std::vector<Json>;
  using Object = std::vector<Member>;

  std::size_t offset = 0;
  std::variant<std::nullptr_t, bool, Number, std::string, Array, Object> value = nullptr;

  // "an object", "a string", …
  const char* kind() const;
};

struct Json::Member {
  std::size_t offset;
  std::string key;
  Json value;
};

// Errors read `file:line:column: what is wrong`.
base::Result<Json> parse_json_tree(std::string_view text, const std::string& file);

// `line:column` of a place in the text, both from 1.
std::string line_and_column(std::string_view text, std::size_t offset);

}  // namespace sim
