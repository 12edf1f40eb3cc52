// The local cluster of `lockctl dev`: what .lockd-dev/cluster.json remembers of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

#include "core/base/result.hpp"

namespace lockctl {

constexpr const char* kDevFolder = ".lockd-dev";

struct DevServer {
  std::uint64_t node = 0;
  std::string endpoint;
  pid_t pid = 0;              // 0: not started
  std::uint64_t started = 0;  // as /proc tells it: a recycled pid is not this server
  bool joined = false;        // by `lockctl dev add`
  std::string name;           // of its folder and log

  bool running() const;
  bool operator==(const DevServer&) const = default;
};

struct DevCluster {
  std::string folder;  // the .lockd-dev folder; not in the file, so that it may be moved
  std::string name;    // tells it apart from a later cluster on the same ports
  std::vector<DevServer> servers;
  std::uint64_t last_node = 0;  // the highest number there ever was
  bool begun = false;           // has served: whoever lost its store since has forgotten its votes

  std::vector<std::string> endpoints() const;
  std::string data_of(const DevServer& server) const;
  std::string log_of(const DevServer& server) const;
  bool operator==(const DevCluster&) const = default;
};

// Held by whoever changes a cluster's file, from before it is read until after it is written: two at once
// would lose what the first one wrote. Waits for another. Of the .lockd-dev folder, which must exist.
class DevLock {
 public:
  explicit DevLock(const std::string& folder);
  DevLock(const DevLock&) = delete;
  DevLock& operator=(const DevLock&) = delete;
  ~DevLock();

 private:
  int fd_ = -1;
};

// Of this very folder (…/.lockd-dev). Nothing: there is none.
base::Result<std::optional<DevCluster>> load_dev_cluster(const std::string& folder);
// The one that a verb other than `up` means: of this folder, or where it is empty, of the current one or
// above.
base::Result<DevCluster> existing_dev_cluster(const std::string& folder);
// The .lockd-dev folder of a folder; empty: the current one.
std::string dev_folder_of(const std::string& folder);
// Whole or not at all.
base::Status save_dev_cluster(const DevCluster& cluster);
// In the current folder or the nearest above it that has one.
base::Result<std::optional<DevCluster>> find_dev_cluster();

}  // namespace lockctl
