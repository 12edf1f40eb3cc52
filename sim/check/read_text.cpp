#include "sim/check/read_text.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

namespace check {

base::Result<std::string> read_text(const std::string& path, const std::string& what) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored))
    return base::Error{path + ": is a folder; expected " + what};
  std::ifstream file(path, std::ios::binary);
  if (!file) return base::Error{path + ": can't be read; expected " + what};
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (file.bad()) return base::Error{path + ": can't be read to its end"};
  if (text.empty()) return base::Error{path + ": is empty; expected " + what};
  return text;
}

}  // namespace check
