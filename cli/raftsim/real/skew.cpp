#include "cli/raftsim/real/skew.hpp"

#include <fcntl.h>
#include <stdexcept>
#include <sys/mman.h>
#include <unistd.h>

namespace real {

Skew::Skew(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  const bool made = fd >= 0 && ::ftruncate(fd, sizeof(ClockOffsets)) == 0;
  void* at =
      made ? ::mmap(nullptr, sizeof(ClockOffsets), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) : MAP_FAILED;
  if (fd >= 0) ::close(fd);
  if (at == MAP_FAILED) throw std::runtime_error(path + ": can't be made");
  offsets_ = static_cast<ClockOffsets*>(at);
}

Skew::~Skew() {
  ::munmap(offsets_, sizeof(ClockOffsets));
}

void Skew::move(base::Duration by, bool monotonic) {
  (monotonic ? offsets_->monotonic_ns : offsets_->wall_ns) += by.count();
}

bool Skew::is_seen() const {
  return offsets_->seen != 0;
}

}  // namespace real
