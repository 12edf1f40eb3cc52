// JSON with the place of every value in its text, for errors that point there. Numbers stay the text they
// were.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
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

  using Value = std::variant<std::nullptr_t, bool, Number, std::string, Array, Object>;

  // Defined below, where a member is complete.
  Json();
  Json(std::size_t offset, Value value);
  Json(const Json&);
  Json(Json&&) noexcept;
  Json& operator=(const Json&);
  Json& operator=(Json&&) noexcept;
  ~Json();

  std::size_t offset = 0;
  Value value;

  // "an object", "a string", …
  const char* kind() const;
};

struct Json::Member {
  std::size_t offset;
  std::string key;
  Json value;
};

inline Json::Json() = default;
inline Json::Json(std::size_t at, Value of) : offset(at), value(std::move(of)) {}
inline Json::Json(const Json&) = default;
inline Json::Json(Json&&) noexcept = default;
inline Json& Json::operator=(const Json&) = default;
inline Json& Json::operator=(Json&&) noexcept = default;
inline Json::~Json() = default;

// Errors read `file:line:column: what is wrong`.
base::Result<Json> parse_json_tree(std::string_view text, const std::string& file);

// `line:column` of a place in the text, both from 1.
std::string line_and_column(std::string_view text, std::size_t offset);

}  // namespace sim
