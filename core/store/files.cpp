#include "core/store/files.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace store {
namespace {

// Closes at the end of its scope.
struct Descriptor {
  int number;
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
};

class OsLock final : public Files::Lock {
 public:
  explicit OsLock(int descriptor) : descriptor_{descriptor} {}

 private:
  Descriptor descriptor_;
};

}  // namespace

std::string OsFiles::boot_id() {
  std::string text;
  if (read("/proc/sys/kernel/random/boot_id", text) != 0) return {};
  return text.substr(0, text.find('\n'));
}

std::uint64_t OsFiles::free_bytes(const std::string& folder) {
  struct statvfs status {};
  if (::statvfs(folder.c_str(), &status) != 0) return ~std::uint64_t{0};
  return static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
}

bool OsFiles::exists(const std::string& path) {
  return ::access(path.c_str(), F_OK) == 0;
}

int OsFiles::make_folder(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) == 0) return sync_folder(path + "/..");
  if (errno != EEXIST) return errno;
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return errno;
  return S_ISDIR(status.st_mode) ? 0 : ENOTDIR;
}

int OsFiles::sync_folder(const std::string& path) {
  const Descriptor descriptor{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (descriptor.number < 0) return errno;
  return ::fsync(descriptor.number) == 0 ? 0 : errno;
}

std::variant<std::unique_ptr<Files::Lock>, int> OsFiles::lock(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return errno;
  auto held = std::make_unique<OsLock>(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) return errno;
  return held;
}

int OsFiles::read(const std::string& path, std::string& into) {
  const Descriptor descriptor{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (descriptor.number < 0) return errno;
  into.clear();
  std::string piece(1u << 20, '\0');
  for (;;) {
    const auto n = ::read(descriptor.number, piece.data(), piece.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    if (n == 0) return 0;
    into.append(piece, 0, static_cast<std::size_t>(n));
  }
}

int OsFiles::write(const std::string& path, const std::string& content) {
  const Descriptor descriptor{::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
  if (descriptor.number < 0) return errno;
  const auto written = ::write(descriptor.number, content.data(), content.size());
  if (written < 0) return errno;
  // Short files: what doesn't fit finds the disk full.
  if (written != static_cast<ssize_t>(content.size())) return ENOSPC;
  return ::fsync(descriptor.number) == 0 ? 0 : errno;
}

int OsFiles::rename(const std::string& from, const std::string& to) {
  return std::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

int OsFiles::remove(const std::string& path) {
  return ::unlink(path.c_str()) == 0 ? 0 : errno;
}

}  // namespace store
