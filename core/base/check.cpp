#include "core/base/check.hpp"

#include <algorithm>
#include <string_view>

namespace base {

void check_failed(const char* condition, const char* file, int line) {
  // The same text wherever the sources lie: a digest or a golden file may contain it.
  std::string_view path = file;
  std::size_t begin = 0;
  for (const std::string_view root : {"/core/", "/net/", "/sim/", "/cli/"}) {
    const auto at = path.rfind(root);
    if (at != std::string_view::npos) begin = std::max(begin, at + 1);
  }
  path.remove_prefix(begin);
  throw CheckFailed("check failed: " + std::string(condition) + " at " + std::string(path) + ":" +
                    std::to_string(line));
}

}  // namespace base
