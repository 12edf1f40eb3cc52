// One line of a script: a command, its words, its key=value arguments. `#` begins a comment.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "tests/core/raft/script_fields.hpp"

namespace raft_test {

// What is wrong with a line, or what of it doesn't hold.
class BadLine : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class ScriptLine {
 public:
  explicit ScriptLine(const std::string& text);

  bool empty() const { return words_.empty(); }
  bool has_word() const { return at_ < words_.size(); }
  bool has_fields() const { return !fields_.empty(); }
  // The next word; `what` says what is missing where there is none.
  std::string word(const std::string& what);
  // The next word, where it is this one.
  bool skip(const std::string& word);
  std::uint64_t number(const std::string& what);
  std::optional<std::string> field(const std::string& name);
  std::optional<std::uint64_t> number_field(const std::string& name);
  // All that were not asked for by name.
  Fields fields() { return std::exchange(fields_, {}); }
  // Nothing may be left that no command has looked at.
  void end() const;

 private:
  std::vector<std::string> words_;
  std::size_t at_ = 0;
  Fields fields_;
};

std::uint64_t parse_number(const std::string& text);
base::Duration parse_time(const std::string& text);
// `none`, or numbers with commas.
std::vector<std::uint64_t> parse_numbers(const std::string& text);

}  // namespace raft_test
