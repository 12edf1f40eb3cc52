#include "cli/lockd/removed.hpp"

#include "cli/lockd/small_file.hpp"

namespace lockd {

namespace {

std::string mark_path(const std::string& folder) {
  return folder + "/removed";
}

}  // namespace

std::optional<Failed> leave_removed_mark(const net::Log& log, const std::string& folder,
                                         const store::Identity& identity) {
  const auto who = "server " + std::to_string(identity.node.value);
  const auto written = write_small_file(mark_path(folder), who + "\n");
  if (!written) return Failed{written.error(), EX_IOERR};
  log.event(who + " has been removed from its cluster and stops for good; " + folder +
            " may be deleted, and a new server started in its place with --join and an empty folder");
  return std::nullopt;
}

std::optional<Failed> check_not_removed(const std::string& folder) {
  const auto mark = read_small_file(mark_path(folder));
  if (!mark) return Failed{mark.error(), EX_IOERR};
  if (!mark.value()) return std::nullopt;
  const auto who = mark.value()->substr(0, mark.value()->find('\n'));
  return Failed{folder + " is of " + who +
                    ", which has been removed from its cluster: start a new server with --join and an empty "
                    "folder",
                EX_CONFIG};
}

}  // namespace lockd
