// Reads values out of JSON strictly: every key is known, of the right type and possible, or the first error
// says where it is and what would be right.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/time.hpp"
#include "sim/distribution.hpp"
#include "sim/json_tree.hpp"
#include "sim/queue.hpp"

namespace sim {

// The text that is read, and what is wrong with it first.
class Reading {
 public:
  Reading(std::string_view text, std::string file) : text_(text), file_(std::move(file)) {}
  void fail(std::size_t offset, const std::string& path, const std::string& what);
  const std::optional<base::Error>& error() const { return error_; }

 private:
  std::string_view text_;
  std::string file_;
  std::optional<base::Error> error_;
};

// The known name that is nearest to what was written: ", did you mean 'leader'?", or a list of all.
std::string suggestion(std::string_view written, const std::vector<std::string>& known);

// A value with its path. After an error every reader answers something harmless.
class Field {
 public:
  Field(Reading& reading, const Json& json, std::string path)
      : reading_(&reading), json_(&json), path_(std::move(path)) {}

  bool is_string() const { return std::holds_alternative<std::string>(json_->value); }
  bool is_object() const { return std::holds_alternative<Json::Object>(json_->value); }
  bool is_array() const { return std::holds_alternative<Json::Array>(json_->value); }
  void fail(const std::string& what) const { reading_->fail(json_->offset, path_, what); }
  const std::string& path() const { return path_; }

  std::string text() const;
  std::int64_t integer(std::int64_t least, std::int64_t greatest) const;
  // 0 to 1 as decimals, in parts per million; or the text "20/s" … as the interval between two on average.
  std::uint32_t ppm() const;
  // Such probabilities, or a range of them.
  Distribution rates() const;
  Duration interval() const;
  // A key that is only there to be true.
  void only_true() const;
  Duration duration(bool may_be_negative = false) const;
  Distribution durations(bool may_be_negative = false) const;
  Distribution integers(std::int64_t least, std::int64_t greatest) const;
  // One of the known names.
  std::string name(const char* what, const std::vector<std::string>& known) const;

  std::vector<Field> elements() const;
  // Of an object; fails on a key that is not among `known`, and for those of `later` says that they come
  // later.
  void only(const std::vector<std::string>& known, const std::vector<std::string>& later = {}) const;
  std::optional<Field> find(std::string_view key) const;
  // Fails where it is missing.
  std::optional<Field> need(std::string_view key) const;
  // Each member, for objects with keys of the user's own.
  std::vector<std::pair<std::string, Field>> members() const;

 private:
  const Json::Object* object() const;
  std::string path_of(std::string_view key) const {
    return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
  }
  template <class Read>
  Distribution distribution(Read read, bool logarithmic) const;

  Reading* reading_;
  const Json* json_;
  std::string path_;
};

}  // namespace sim
