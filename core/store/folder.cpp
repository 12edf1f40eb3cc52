#include "core/store/folder.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace store {
namespace {

std::string mark_path(const std::string& folder) {
  return folder + "/failed-sync";
}
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

// Closes at the end of its scope.
struct Descriptor {
  int number;
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
};

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

std::variant<FolderLock, Failure> FolderLock::take(const std::string& folder) {
  const auto path = folder + "/lock";
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return disk_failure("open", path, errno);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return FolderLock(descriptor);
  const int error = errno;
  ::close(descriptor);
  if (error == EWOULDBLOCK) return Failure{Fault::busy, folder + " is in use by another lockd"};
  return disk_failure("lock", path, error);
}

FolderLock::~FolderLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

std::optional<Failure> make_folder(const std::string& folder) {
  if (::mkdir(folder.c_str(), 0700) == 0) return sync_folder(folder + "/..");
  if (errno != EEXIST) return disk_failure("make", folder, errno);
  struct stat status {};
  if (::stat(folder.c_str(), &status) != 0) return disk_failure("look at", folder, errno);
  if (!S_ISDIR(status.st_mode)) return Failure{Fault::disk, folder + " is not a directory"};
  return std::nullopt;
}

std::optional<Failure> sync_folder(const std::string& folder) {
  const Descriptor descriptor{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (descriptor.number < 0) return disk_failure("open", folder, errno);
  if (::fsync(descriptor.number) != 0) return disk_failure("sync", folder, errno);
  return std::nullopt;
}

std::variant<std::string, Failure> read_file(const std::string& path) {
  const Descriptor descriptor{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (descriptor.number < 0) {
    if (errno == ENOENT) return std::string();
    return disk_failure("open", path, errno);
  }
  std::string content;
  std::string piece(1u << 20, '\0');
  for (;;) {
    const auto n = ::read(descriptor.number, piece.data(), piece.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return disk_failure("read", path, errno);
    if (n == 0) return content;
    content.append(piece, 0, static_cast<std::size_t>(n));
  }
}

bool file_exists(const std::string& path) {
  return ::access(path.c_str(), F_OK) == 0;
}

std::uint64_t free_bytes(const std::string& folder) {
  struct statvfs status {};
  // What can't be asked is left to the write itself.
  if (::statvfs(folder.c_str(), &status) != 0) return ~std::uint64_t{0};
  return static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
}

std::optional<Failure> leave_identity(const std::string& folder, const Identity& identity) {
  const auto path = identity_path(folder), text = identity_text(identity);
  const auto there = read_file(path);
  if (const auto* known = std::get_if<std::string>(&there); known && *known == text) return std::nullopt;
  const Descriptor descriptor{::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
  if (descriptor.number < 0) return disk_failure("make", path, errno);
  const auto written = ::write(descriptor.number, text.data(), text.size());
  if (written != static_cast<ssize_t>(text.size())) return disk_failure("write", path, errno);
  if (::fsync(descriptor.number) != 0) return disk_failure("sync", path, errno);
  return sync_folder(folder);
}

std::optional<Failure> check_not_forgotten(const std::string& folder) {
  const auto path = identity_path(folder);
  if (!file_exists(path)) return std::nullopt;
  return Failure{Fault::identity, database_path(folder) +
                                      " is gone, and with it this server's votes: it must not come back "
                                      "under its old id (" +
                                      path +
                                      " says which); `lockctl members "
                                      "remove ID`, then `lockd --join` with an empty folder"};
}

void leave_mark(const std::string& folder, const std::string& boot_id, const std::string& why) {
  const auto text = boot_id + "\n" + why + "\n";
  const Descriptor descriptor{
      ::open(mark_path(folder).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
  // On a failing disk the mark may fail as well; even an empty one is respected.
  if (descriptor.number < 0) return;
  [[maybe_unused]] const auto written = ::write(descriptor.number, text.data(), text.size());
  ::fsync(descriptor.number);
  (void)sync_folder(folder);
}

std::optional<Failure> check_mark(const std::string& folder, const std::string& boot_id) {
  const auto path = mark_path(folder);
  if (!file_exists(path)) return std::nullopt;
  const auto read = read_file(path);
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
  if (::unlink(path.c_str()) != 0) return disk_failure("remove", path, errno);
  return sync_folder(folder);
}

std::string current_boot_id() {
  const auto read = read_file("/proc/sys/kernel/random/boot_id");
  const auto* text = std::get_if<std::string>(&read);
  return text ? text->substr(0, text->find('\n')) : std::string();
}

}  // namespace store
