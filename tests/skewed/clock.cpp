// The machine's clocks, run at another rate and set by others. Linked before the real one into programs that
// are built for tests and for nothing else.
//
// SKEWED_CLOCK_PPM: parts per million that the monotonic clock runs fast, or slow where that is negative.
// SKEWED_CLOCK_FILE: a file of ClockOffsets, which are added while the program runs. Those of the wall clock
// reach whoever asks libc for it.
#include "net/clock.hpp"

#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "cli/raftsim/real/clock_offsets.hpp"

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

real::ClockOffsets* map_offsets() {
  const char* const path = std::getenv("SKEWED_CLOCK_FILE");
  const int fd = path ? ::open(path, O_RDWR | O_CLOEXEC) : -1;
  if (fd < 0) return nullptr;
  void* at = ::mmap(nullptr, sizeof(real::ClockOffsets), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  ::close(fd);
  if (at == MAP_FAILED) return nullptr;
  auto* const offsets = static_cast<real::ClockOffsets*>(at);
  offsets->seen = 1;
  return offsets;
}

// Before main, and before anything asks for the time.
real::ClockOffsets* const offsets = map_offsets();

std::int64_t shown(clockid_t id) {
  timespec t{};
  ::syscall(SYS_clock_gettime, id, &t);
  return std::int64_t{t.tv_sec} * kSecond + t.tv_nsec;
}

std::int64_t wall() {
  return shown(CLOCK_REALTIME) + (offsets ? offsets->wall_ns.load() : 0);
}

}  // namespace

extern "C" int clock_gettime(clockid_t id, timespec* time) noexcept {
  if (id != CLOCK_REALTIME) return static_cast<int>(::syscall(SYS_clock_gettime, id, time));
  const auto now = wall();
  *time = {now / kSecond, now % kSecond};
  return 0;
}

extern "C" int gettimeofday(timeval* time, void*) noexcept {
  const auto now = wall();
  *time = {now / kSecond, now % kSecond / 1000};
  return 0;
}

extern "C" time_t time(time_t* out) noexcept {
  const time_t now = wall() / kSecond;
  if (out) *out = now;
  return now;
}

namespace net {

base::Instant now() {
  static const char* const rate = std::getenv("SKEWED_CLOCK_PPM");
  static const std::int64_t ppm = rate ? std::atoll(rate) : 0;
  const auto ns = shown(CLOCK_BOOTTIME);
  return {std::chrono::nanoseconds(ns + ns / 1'000'000 * ppm + (offsets ? offsets->monotonic_ns.load() : 0))};
}

}  // namespace net
