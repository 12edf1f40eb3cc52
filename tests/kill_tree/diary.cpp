#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tree.hpp"

namespace kill_tree {

const char* name_of(Role role) {
  static constexpr const char* kNames[kRoles] = {"root",
                                                 "child",
                                                 "grandchild in its own session",
                                                 "daemon",
                                                 "deaf to TERM",
                                                 "stopped",
                                                 "chain in the group",
                                                 "chain in its own session",
                                                 "brood"};
  return kNames[static_cast<std::size_t>(role)];
}

Diary* open_diary(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return nullptr;
  void* at = MAP_FAILED;
  if (::ftruncate(fd, sizeof(Diary)) == 0)
    at = ::mmap(nullptr, sizeof(Diary), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  ::close(fd);
  return at == MAP_FAILED ? nullptr : static_cast<Diary*>(at);
}

}  // namespace kill_tree
