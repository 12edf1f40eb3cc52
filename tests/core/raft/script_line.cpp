#include "tests/core/raft/script_line.hpp"

#include <algorithm>
#include <sstream>

#include "core/base/duration.hpp"

namespace raft_test {

ScriptLine::ScriptLine(const std::string& text) {
  std::istringstream in(text.substr(0, text.find('#')));
  for (std::string word; in >> word;) {
    const auto equals = word.find('=');
    if (equals == std::string::npos) {
      words_.push_back(word);
    } else {
      fields_.emplace_back(word.substr(0, equals), word.substr(equals + 1));
    }
  }
  if (words_.empty() && !fields_.empty()) throw BadLine("a line begins with a command");
}

std::string ScriptLine::word(const std::string& what) {
  if (!has_word()) throw BadLine("lacks " + what);
  return words_[at_++];
}

bool ScriptLine::skip(const std::string& word) {
  if (!has_word() || words_[at_] != word) return false;
  ++at_;
  return true;
}

std::uint64_t ScriptLine::number(const std::string& what) {
  return parse_number(word(what));
}

std::optional<std::string> ScriptLine::field(const std::string& name) {
  const auto found =
      std::find_if(fields_.begin(), fields_.end(), [&](const auto& each) { return each.first == name; });
  if (found == fields_.end()) return std::nullopt;
  auto value = found->second;
  fields_.erase(found);
  return value;
}

std::optional<std::uint64_t> ScriptLine::number_field(const std::string& name) {
  const auto value = field(name);
  return value ? std::optional(parse_number(*value)) : std::nullopt;
}

void ScriptLine::end() const {
  if (has_word()) throw BadLine("has no place for `" + words_[at_] + "`");
  if (has_fields()) throw BadLine("has no place for `" + fields_.front().first + "=`");
}

std::uint64_t parse_number(const std::string& text) {
  if (text.empty() || text.size() > 18 || text.find_first_not_of("0123456789") != std::string::npos)
    throw BadLine("`" + text + "` is no number");
  return std::stoull(text);
}

base::Duration parse_time(const std::string& text) {
  const auto time = base::parse_duration(text, false);
  if (!time) throw BadLine("`" + text + "` is no duration");
  return time.value();
}

std::vector<std::uint64_t> parse_numbers(const std::string& text) {
  std::vector<std::uint64_t> numbers;
  if (text == "none") return numbers;
  std::istringstream in(text);
  for (std::string each; std::getline(in, each, ',');) numbers.push_back(parse_number(each));
  return numbers;
}

}  // namespace raft_test
