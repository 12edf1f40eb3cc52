#include "core/store/folder.hpp"

#include <cerrno>
#include <cstring>

namespace store {
namespace {

std::string identity_path(const std::string& folder) {
  return folder + "/identity";
}

std::string identity_text(const Identity& identity) {
  std::string cluster(16, '0');
  for (std::size_t i = 0; i < 16; ++i)
    cluster[i] = "0123456789abcdef"[identity.cluster.value >> (60 - 4 * i) & 15];
  return "cluster " + cluster + "\nserver " + std::to_string(identity.node.value) + "\naddress " +
         identity.address +
         "\n\nWhile this file is here without lockd.db, no new store is made in this folder: with lockd.db "
         "the\n"
         "server's votes are gone, and it must come back under a new id, by lockd --join in an empty "
         "folder.\n";
}

}  // namespace

std::string database_path(const std::string& folder) {
  return folder + "/lockd.db";
}
std::string wal_path(const std::string& folder) {
  return database_path(folder) + "-wal";
}

Failure disk_failure(const std::string& what, const std::string& path, int error) {
  return {Fault::disk, "cannot " + what + " " + path + ": " + std::strerror(error)};
}

Failure damage_failure(const std::string& path, const std::string& what) {
  return {Fault::damaged, path + " is damaged: " + what +
                              "; keep the folder for inspection, and replace the server: `lockctl members "
                              "remove ID`, then `lockd --join` with an empty folder"};
}

std::variant<FolderLock, Failure> lock_folder(Files& files, const std::string& folder) {
  const auto path = folder + "/lock";
  auto locked = files.lock(path);
  if (auto* lock = std::get_if<FolderLock>(&locked)) return std::move(*lock);
  const int error = std::get<int>(locked);
  if (error == EWOULDBLOCK) return Failure{Fault::busy, folder + " is in use by another lockd"};
  return disk_failure("lock", path, error);
}

std::optional<Failure> make_folder(Files& files, const std::string& folder) {
  const int error = files.make_folder(folder);
  if (error == ENOTDIR && files.exists(folder)) return Failure{Fault::disk, folder + " is not a directory"};
  if (error != 0) return disk_failure("make", folder, error);
  return std::nullopt;
}

std::optional<Failure> sync_folder(Files& files, const std::string& folder) {
  const int error = files.sync_folder(folder);
  if (error != 0) return disk_failure("sync", folder, error);
  return std::nullopt;
}

std::variant<std::string, Failure> read_file(Files& files, const std::string& path) {
  std::string content;
  const int error = files.read(path, content);
  if (error == ENOENT) return std::string();
  if (error != 0) return disk_failure("read", path, error);
  return content;
}

std::optional<Failure> leave_identity(Files& files, const std::string& folder, const Identity& identity) {
  const auto path = identity_path(folder), text = identity_text(identity);
  const auto there = read_file(files, path);
  if (const auto* known = std::get_if<std::string>(&there); known && *known == text) return std::nullopt;
  const int error = files.write(path, text);
  if (error != 0) return disk_failure("write", path, error);
  return sync_folder(files, folder);
}

std::optional<Failure> check_not_forgotten(Files& files, const std::string& folder) {
  const auto path = identity_path(folder);
  if (!files.exists(path)) return std::nullopt;
  return Failure{Fault::identity, database_path(folder) +
                                      " is gone, and with it this server's votes: it must not come back "
                                      "under its old id (" +
                                      path +
                                      " says which); `lockctl members "
                                      "remove ID`, then `lockd --join` with an empty folder"};
}

std::string mark_path(const std::string& folder) {
  return folder + "/failed-sync";
}

// On a failing disk the mark may fail as well; even an empty one is respected.
void leave_mark(Files& files, const std::string& folder, const std::string& boot_id, const std::string& why) {
  (void)files.write(mark_path(folder), boot_id + "\n" + why + "\n");
  (void)files.sync_folder(folder);
}

std::optional<Failure> check_mark(Files& files, const std::string& folder, const std::string& boot_id) {
  const auto path = mark_path(folder);
  if (!files.exists(path)) return std::nullopt;
  const auto read = read_file(files, path);
  if (const auto* failure = std::get_if<Failure>(&read)) return *failure;
  const auto& text = std::get<std::string>(read);
  const auto line_end = text.find('\n');
  const auto marked = text.substr(0, line_end);
  if (marked.empty() || boot_id.empty() || marked == boot_id) {
    const auto why = line_end == std::string::npos
                         ? ""
                         : text.substr(line_end + 1, text.find('\n', line_end + 1) - line_end - 1);
    return Failure{Fault::disk,
                   "the disk failed to keep a write to " + folder + (why.empty() ? "" : " (" + why + ")") +
                       ": restart the machine, or remove " + path + " if you know that the disk is sound"};
  }
  const int error = files.remove(path);
  if (error != 0) return disk_failure("remove", path, error);
  return sync_folder(files, folder);
}

}  // namespace store
