// The repository's own text, for tests that hold it to its rules.
#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace rules {

struct Line {
  int number;
  std::string text;
};

struct Source {
  std::string path;  // from the root of the tree, with forward slashes
  std::vector<Line> lines;
};

inline std::string read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

// What the compiler would see of a line's code: without comments and the content of string literals.
inline std::string code_of(const std::string& line) {
  std::string out;
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quote != 0) {
      if (c == '\\')
        ++i;
      else if (c == quote)
        quote = 0;
      continue;
    }
    if (c == '/' && i + 1 < line.size() && line[i + 1] == '/') break;
    if (c == '"' && line.find("#include") == std::string::npos) quote = c;
    out += c;
  }
  return out;
}

inline std::vector<Source> sources_below(const std::vector<std::string>& folders) {
  const std::filesystem::path root = LOCKD_SOURCE_DIR;
  std::vector<Source> sources;
  for (const auto& folder : folders) {
    for (const auto& file : std::filesystem::recursive_directory_iterator(root / folder)) {
      const auto extension = file.path().extension();
      if (extension != ".cpp" && extension != ".hpp") continue;
      Source source{std::filesystem::relative(file.path(), root).generic_string(), {}};
      std::istringstream text(read(file.path()));
      std::string line;
      for (int number = 1; std::getline(text, line); ++number) source.lines.push_back({number, line});
      sources.push_back(std::move(source));
    }
  }
  return sources;
}

inline bool starts_with_any(const std::string& text, const std::vector<std::string>& prefixes) {
  for (const auto& prefix : prefixes) {
    if (text.rfind(prefix, 0) == 0) return true;
  }
  return false;
}

}  // namespace rules
