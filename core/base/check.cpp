#include "core/base/check.hpp"

namespace base {

void check_failed(const char* condition, const char* file, int line) {
  std::string path = file;
  // The same text wherever the sources lie: a digest or a golden file may contain it.
  for (const char* root : {"core/", "net/", "sim/", "cli/"}) {
    const auto at = path.rfind(std::string("/") + root);
    if (at != std::string::npos) {
      path.erase(0, at + 1);
      break;
    }
  }
  throw CheckFailed("check failed: " + std::string(condition) + " at " + path + ":" + std::to_string(line));
}

}  // namespace base
