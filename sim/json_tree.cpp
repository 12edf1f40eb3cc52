#include "sim/json_tree.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/base/check.hpp"

namespace sim {

namespace {

using nlohmann::json;

// The parser tells what it read but not where; every token begins where the last one ended, behind spaces and
// separators.
class Builder : public json::json_sax_t {
 public:
  explicit Builder(std::string_view text) : text_(text) {}

  bool null() override { return add(nullptr, token()); }
  bool boolean(bool v) override { return add(v, token()); }
  bool number_integer(number_integer_t) override { return number(); }
  bool number_unsigned(number_unsigned_t) override { return number(); }
  bool number_float(number_float_t, const string_t&) override { return number(); }
  bool string(string_t& v) override { return add(std::move(v), token()); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(Json::Object{}); }
  bool key(string_t& v) override {
    keys_.push_back({token(), std::move(v)});
    return true;
  }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(Json::Array{}); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& e) override {
    error_at_ = position == 0 ? 0 : position - 1;
    error_ = e.what();
    return false;
  }

  std::size_t error_at() const { return std::min(error_at_, text_.size()); }
  // Without the library's own numbers and places.
  std::string error() const {
    const auto at = error_.find(": ", error_.find("column"));
    return at == std::string::npos ? error_ : error_.substr(at + 2);
  }
  Json take() { return std::move(root_); }

 private:
  std::size_t token() {
    while (cursor_ < text_.size() &&
           std::string_view(" \t\r\n,:").find(text_[cursor_]) != std::string_view::npos)
      ++cursor_;
    const auto begin = cursor_;
    if (text_[begin] == '"') {
      for (++cursor_; text_[cursor_] != '"'; ++cursor_) {
        if (text_[cursor_] == '\\') ++cursor_;
      }
      ++cursor_;
    } else if (std::string_view("{}[]").find(text_[begin]) != std::string_view::npos) {
      ++cursor_;
    } else {
      while (cursor_ < text_.size() &&
             std::string_view(" \t\r\n,:{}[]").find(text_[cursor_]) == std::string_view::npos)
        ++cursor_;
    }
    return begin;
  }
  bool number() {
    const auto begin = token();
    return add(Json::Number{std::string(text_.substr(begin, cursor_ - begin))}, begin);
  }
  template <class T>
  bool add(T value, std::size_t offset) {
    place({offset, std::move(value)});
    return true;
  }
  template <class T>
  bool open(T empty) {
    const auto offset = token();
    open_.push_back({offset, std::move(empty)});
    return true;
  }
  bool close() {
    (void)token();
    Json done = std::move(open_.back());
    open_.pop_back();
    place(std::move(done));
    return true;
  }
  void place(Json value) {
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (auto* array = std::get_if<Json::Array>(&open_.back().value)) {
      array->push_back(std::move(value));
    } else {
      auto& [offset, key] = keys_.back();
      std::get<Json::Object>(open_.back().value).push_back({offset, std::move(key), std::move(value)});
      keys_.pop_back();
    }
  }

  std::string_view text_;
  std::size_t cursor_ = 0;
  std::vector<Json> open_;
  std::vector<std::pair<std::size_t, std::string>> keys_;
  Json root_;
  std::size_t error_at_ = 0;
  std::string error_;
};

}  // namespace

const char* Json::kind() const {
  static constexpr const char* kKinds[] = {"null",     "true or false", "a number",
                                           "a string", "a list",        "an object"};
  return kKinds[value.index()];
}

base::Result<Json> parse_json_tree(std::string_view text, const std::string& file) {
  Builder builder(text);
  if (!json::sax_parse(text, &builder)) {
    return base::Error{file + ":" + line_and_column(text, builder.error_at()) +
                       ": not JSON: " + builder.error()};
  }
  return builder.take();
}

std::string line_and_column(std::string_view text, std::size_t offset) {
  const auto before = text.substr(0, offset);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const auto start = before.rfind('\n');
  const auto column = start == std::string_view::npos ? before.size() + 1 : before.size() - start;
  return std::to_string(line) + ":" + std::to_string(column);
}

}  // namespace sim
