#include "cli/lockctl/dev_state.hpp"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "cli/common/process.hpp"

namespace lockctl {
namespace {

namespace fs = std::filesystem;

fs::path file_of(const std::string& folder) {
  return fs::path(folder) / "cluster.json";
}

DevServer parse_server(const nlohmann::json& entry) {
  DevServer server;
  entry.at("node").get_to(server.node);
  entry.at("endpoint").get_to(server.endpoint);
  entry.at("pid").get_to(server.pid);
  entry.at("started").get_to(server.started);
  server.joined = entry.value("joined", false);
  server.name = entry.value("name", "node" + std::to_string(server.node));
  return server;
}

}  // namespace

// Whoever ends a cluster removes its folder, and this file with it: a lock on a file that is gone is none.
DevLock::DevLock(const std::string& folder) {
  const auto path = (fs::path(folder) / "lock").string();
  for (;;) {
    fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd_ < 0) return;
    while (::flock(fd_, LOCK_EX) != 0 && errno == EINTR) {
    }
    struct stat held {
    }, there{};
    if (::fstat(fd_, &held) == 0 && (::stat(path.c_str(), &there) != 0 || held.st_ino == there.st_ino))
      return;
    ::close(fd_);
  }
}

DevLock::~DevLock() {
  if (fd_ >= 0) ::close(fd_);
}

bool DevServer::running() const {
  if (pid == 0) return false;
  const auto process = cli::find_process(pid);
  return process && process->started == started && process->alive();
}

std::vector<std::string> DevCluster::endpoints() const {
  std::vector<std::string> all;
  for (const auto& server : servers) all.push_back(server.endpoint);
  return all;
}

std::string DevCluster::data_of(const DevServer& server) const {
  return (fs::path(folder) / server.name).string();
}

std::string DevCluster::log_of(const DevServer& server) const {
  return data_of(server) + ".log";
}

base::Result<std::optional<DevCluster>> load_dev_cluster(const std::string& folder) {
  std::ifstream file(file_of(folder));
  if (!file) return std::optional<DevCluster>();
  try {
    const auto state = nlohmann::json::parse(file);
    DevCluster cluster{folder, state.at("name").get<std::string>(), {}, 0, state.value("begun", false)};
    for (const auto& entry : state.at("servers")) cluster.servers.push_back(parse_server(entry));
    cluster.last_node = state.value("last_node", std::uint64_t{cluster.servers.size()});
    if (!cluster.servers.empty()) return std::optional(cluster);
  } catch (const nlohmann::json::exception&) {
  }
  return base::Error{file_of(folder).string() + " is damaged: remove the folder " + folder +
                     ", after ending its servers"};
}

std::string dev_folder_of(const std::string& folder) {
  return (fs::absolute(folder.empty() ? "." : folder) / kDevFolder).lexically_normal().string();
}

base::Result<DevCluster> existing_dev_cluster(const std::string& folder) {
  const auto found = folder.empty() ? find_dev_cluster() : load_dev_cluster(dev_folder_of(folder));
  if (!found) return found.failure();
  if (!found.value()) {
    return base::Error{"no local cluster in " + (folder.empty() ? "this folder or above" : folder) +
                       ": start one with `lockctl dev up`"};
  }
  return *found.value();
}

base::Status save_dev_cluster(const DevCluster& cluster) {
  auto servers = nlohmann::json::array();
  for (const auto& server : cluster.servers) {
    servers.push_back({{"node", server.node},
                       {"endpoint", server.endpoint},
                       {"pid", server.pid},
                       {"started", server.started},
                       {"joined", server.joined},
                       {"name", server.name}});
  }
  const auto path = file_of(cluster.folder);
  const auto next = path.string() + ".new";
  std::ofstream file(next);
  file << nlohmann::json{{"name", cluster.name},
                         {"servers", servers},
                         {"last_node", cluster.last_node},
                         {"begun", cluster.begun}}
              .dump(2)
       << "\n";
  file.close();
  std::error_code error;
  if (file) fs::rename(next, path, error);
  if (!file || error) return base::Error{"cannot write " + path.string()};
  return base::Done{};
}

base::Result<std::optional<DevCluster>> find_dev_cluster() {
  std::error_code error;
  auto folder = fs::current_path(error);
  while (!error) {
    auto found = load_dev_cluster((folder / kDevFolder).string());
    if (!found || found.value()) return found;
    if (folder == folder.root_path()) break;
    folder = folder.parent_path();
  }
  return std::optional<DevCluster>();
}

}  // namespace lockctl
