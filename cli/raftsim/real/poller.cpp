#include "cli/raftsim/real/poller.hpp"

#include <algorithm>
#include <poll.h>
#include <time.h>
#include <vector>

namespace real {

void Poller::watch(int fd, Handler& handler, bool writable) {
  watched_[fd] = {&handler, writable};
}

void Poller::wait(base::Duration longest) {
  std::vector<pollfd> fds;
  fds.reserve(watched_.size());
  for (const auto& [fd, watched] : watched_)
    fds.push_back({fd, static_cast<short>(watched.writable ? POLLIN | POLLOUT : POLLIN), 0});
  const auto ns = std::max(longest, base::Duration(0)).count();
  const timespec timeout{ns / 1'000'000'000, ns % 1'000'000'000};
  if (::ppoll(fds.data(), fds.size(), &timeout, nullptr) <= 0) return;
  for (const auto& ready : fds) {
    if (ready.revents == 0) continue;
    // Who came first may have ended this one.
    if (const auto at = watched_.find(ready.fd); at != watched_.end() && (ready.revents & POLLOUT))
      at->second.handler->writable();
    if (const auto at = watched_.find(ready.fd); at != watched_.end() && (ready.revents & ~POLLOUT))
      at->second.handler->readable();
  }
}

}  // namespace real
