#include "cli/raftsim/real/lockd.hpp"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <unistd.h>

#include "cli/raftsim/real/poller.hpp"
#include "cli/raftsim/real/process.hpp"
#include "cli/raftsim/real/skew.hpp"

namespace real {

namespace fs = std::filesystem;

base::Result<std::string> find_lockd(const std::string& asked) {
  const auto runs = [](const fs::path& path) { return ::access(path.c_str(), X_OK) == 0; };
  if (!asked.empty()) {
    if (runs(asked) && !fs::is_directory(asked)) return fs::absolute(asked).string();
    return base::Error{"--lockd " + asked + ": there is no such program"};
  }
  std::error_code error;
  const auto self = fs::read_symlink("/proc/self/exe", error);
  if (!error && runs(self.parent_path() / "lockd")) return (self.parent_path() / "lockd").string();
  const char* path = std::getenv("PATH");
  std::string_view rest = path ? path : "";
  while (!rest.empty()) {
    const auto colon = rest.find(':');
    const auto candidate = fs::path(rest.substr(0, colon)) / "lockd";
    if (runs(candidate)) return candidate.string();
    rest = colon == std::string_view::npos ? std::string_view() : rest.substr(colon + 1);
  }
  return base::Error{"lockd is neither beside raftsim nor on PATH: name it with --lockd"};
}

base::Result<bool> is_skewed(const std::string& lockd, const std::string& folder) {
  Poller poller;
  Skew skew(folder + "/clock");
  bool ended = false;
  std::string said;
  const Process version(poller, {lockd, "--version"}, {{"SKEWED_CLOCK_FILE", folder + "/clock"}},
                        folder + "/version.log",
                        {[&](const std::string& line) { said += said.empty() ? line : ""; },
                         [&](const std::string&) { ended = true; }});
  for (int looks = 0; !ended && looks < 100; ++looks) poller.wait(std::chrono::milliseconds(100));
  if (!said.starts_with("lockd "))
    return base::Error{"--lockd " + lockd + ": this is no lockd: with --version it says " +
                       (said.empty() ? "nothing" : "'" + said + "'")};
  return skew.is_seen();
}

}  // namespace real
