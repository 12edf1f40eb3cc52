#include "cli/lockd/small_file.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace lockd {

namespace {

constexpr std::size_t kBytesMax = 4096;

base::Error failed(const std::string& what, const std::string& path) {
  return {"can't " + what + " " + path + ": " + std::strerror(errno)};
}

struct Descriptor {
  explicit Descriptor(int descriptor) : number(descriptor) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
  int number;
};

// A name that was given or taken away is durable after this.
base::Status sync_folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  const auto folder = slash == std::string::npos ? std::string(".") : path.substr(0, slash + 1);
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.number < 0 || ::fsync(opened.number) != 0) return failed("sync", folder);
  return base::Done{};
}

}  // namespace

base::Result<std::optional<std::string>> read_small_file(const std::string& path) {
  const Descriptor opened(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (opened.number < 0 && errno == ENOENT) return std::optional<std::string>();
  if (opened.number < 0) return failed("open", path);
  std::string text(kBytesMax, '\0');
  const auto got = ::read(opened.number, text.data(), text.size());
  if (got < 0) return failed("read", path);
  text.resize(static_cast<std::size_t>(got));
  return std::optional(text);
}

base::Status write_small_file(const std::string& path, const std::string& text) {
  const auto draft = path + ".new";
  {
    const Descriptor opened(::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (opened.number < 0) return failed("make", draft);
    const auto written = ::write(opened.number, text.data(), text.size());
    if (written != static_cast<ssize_t>(text.size())) return failed("write", draft);
    if (::fsync(opened.number) != 0) return failed("sync", draft);
  }
  if (::rename(draft.c_str(), path.c_str()) != 0) return failed("make", path);
  return sync_folder_of(path);
}

base::Status remove_small_file(const std::string& path) {
  if (::unlink(path.c_str()) != 0) {
    if (errno == ENOENT) return base::Done{};
    return failed("remove", path);
  }
  return sync_folder_of(path);
}

}  // namespace lockd
