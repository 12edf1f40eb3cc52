#include "cli/lockctl/alarm.hpp"

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "net/clock.hpp"

namespace lockctl::guard {
namespace {

void drain_fd(int fd) {
  char rest[sizeof(signalfd_siginfo) * 4];
  while (::read(fd, rest, sizeof rest) > 0) {
  }
}

}  // namespace

Alarm::Alarm() : fd_(::timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK)) {}

// By what is left, not by the instant itself: net::now() may run at another rate than the kernel's clock.
void Alarm::set(base::Instant when) const {
  const auto ns = std::max<std::int64_t>((when - net::now()).count(), 1);
  itimerspec spec{};
  spec.it_value = {static_cast<time_t>(ns / 1'000'000'000), static_cast<long>(ns % 1'000'000'000)};
  ::timerfd_settime(fd_, 0, &spec, nullptr);
}

void Alarm::clear() const {
  const itimerspec never{};
  ::timerfd_settime(fd_, 0, &never, nullptr);
}

void Alarm::drain() const {
  drain_fd(fd_);
}

ChildEvents::ChildEvents() {
  sigset_t child;
  ::sigemptyset(&child);
  ::sigaddset(&child, SIGCHLD);
  ::sigprocmask(SIG_BLOCK, &child, nullptr);
  fd_ = ::signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
}

void ChildEvents::drain() const {
  drain_fd(fd_);
}

}  // namespace lockctl::guard
