// Who may include whom: the table of the architecture, kept.
#include <gtest/gtest.h>
#include <map>
#include <regex>

#include "tests/rules/source_tree.hpp"

namespace rules {
namespace {

// Folder (the longest that fits) → what its files may include besides the standard library.
const std::map<std::string, std::vector<std::string>> kMayInclude = {
    {"core/base/", {"core/base/"}},
    {"core/raft/", {"core/base/", "core/raft/"}},
    {"core/lock/", {"core/base/", "core/lock/"}},
    {"core/wire/", {"core/base/", "core/raft/", "core/lock/", "core/wire/"}},
    {"core/node/", {"core/base/", "core/raft/", "core/lock/", "core/wire/", "core/node/"}},
    {"core/client/", {"core/base/", "core/lock/", "core/client/"}},
    {"core/store/", {"core/base/", "core/raft/", "core/wire/", "core/store/", "<sqlite3.h>"}},
    {"core/host/", {"core/base/", "core/raft/", "core/lock/", "core/wire/", "core/node/", "core/host/"}},
    {"net/", {"core/", "net/", "<boost/asio"}},
    {"sim/check/", {"core/", "sim/check/", "<nlohmann/"}},
    {"sim/", {"core/", "sim/", "<nlohmann/"}},
    {"cli/", {"core/", "net/", "sim/", "cli/", "<CLI/", "<nlohmann/", "<boost/asio"}},
};
// One source each, because a library is wanted there and nowhere else in its folder.
const std::map<std::string, std::vector<std::string>> kAlso = {
    {"core/base/crc32c.cpp", {"<boost/crc.hpp>"}},
    {"sim/vfs.cpp", {"<sqlite3.h>"}},
};

std::string folder_of(const std::string& path) {
  std::string best;
  for (const auto& [folder, may] : kMayInclude) {
    if (path.rfind(folder, 0) == 0 && folder.size() > best.size()) best = folder;
  }
  return best;
}

// <vector>, <sys/stat.h>, but not <boost/…>: the standard library and the operating system.
bool is_system(const std::string& include) {
  return include[0] == '<' &&
         !starts_with_any(include, {"<boost/", "<nlohmann/", "<CLI/", "<sqlite3", "<gtest/", "<openssl/"});
}

bool is_operating_system(const std::string& include) {
  return is_system(include) && include.find(".h>") != std::string::npos;
}

TEST(Includes, FollowTheArchitecture) {
  const std::regex include(R"re(^\s*#include\s+([<"][^>"]+[>"]))re");
  for (const auto& source : sources_below({"core", "net", "sim", "cli"})) {
    const auto folder = folder_of(source.path);
    ASSERT_FALSE(folder.empty()) << source.path << " lies in no known folder";
    auto may = kMayInclude.at(folder);
    if (const auto also = kAlso.find(source.path); also != kAlso.end()) {
      may.insert(may.end(), also->second.begin(), also->second.end());
    }
    for (const auto& line : source.lines) {
      std::smatch match;
      if (!std::regex_search(line.text, match, include)) continue;
      const std::string what = match[1];
      const std::string name = what[0] == '"' ? what.substr(1, what.size() - 2) : what;
      EXPECT_TRUE(is_system(what) || starts_with_any(name, may))
          << source.path << ":" << line.number << ": " << folder << " may not include " << what;
    }
  }
}

TEST(Includes, KeepTheOperatingSystemOutOfThePureFolders) {
  const std::regex include(R"re(^\s*#include\s+([<"][^>"]+[>"]))re");
  for (const auto& source : sources_below({"core", "sim"})) {
    // The store meets the disk; the simulator's workers are processes.
    if (starts_with_any(source.path, {"core/store/", "sim/workers", "sim/children"})) continue;
    for (const auto& line : source.lines) {
      std::smatch match;
      if (!std::regex_search(line.text, match, include)) continue;
      EXPECT_FALSE(is_operating_system(match[1]))
          << source.path << ":" << line.number << ": includes " << match[1];
    }
  }
}

TEST(Includes, KeepAsioAndCli11OutOfHeadersElsewhere) {
  for (const auto& source : sources_below({"core", "sim", "cli"})) {
    if (source.path.find(".hpp") == std::string::npos) continue;
    for (const auto& line : source.lines) {
      EXPECT_EQ(line.text.find("#include <boost/asio"), std::string::npos)
          << source.path << ":" << line.number;
      EXPECT_EQ(line.text.find("#include <CLI/"), std::string::npos) << source.path << ":" << line.number;
    }
  }
}

}  // namespace
}  // namespace rules
