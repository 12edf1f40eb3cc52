#include "cli/lockctl/tee.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace lockctl {
namespace {

constexpr int kFirstFree = 10;  // above what a shell's redirections use

// False: nobody reads any more.
bool write_all(int fd, const char* data, std::size_t size) {
  while (size > 0) {
    const auto n = ::write(fd, data, size);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    data += n;
    size -= static_cast<std::size_t>(n);
  }
  return true;
}

}  // namespace

base::Result<std::unique_ptr<Tee>> Tee::begin(std::size_t kept_bytes) {
  int pipe[2], stop[2];
  const int out = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, kFirstFree);
  if (out < 0 || ::pipe2(pipe, O_CLOEXEC) != 0 || ::pipe2(stop, O_CLOEXEC) != 0)
    return base::Error{std::string("cannot read the command's standard output: ") + std::strerror(errno)};
  ::fcntl(pipe[0], F_SETFL, O_NONBLOCK);
  ::dup2(pipe[1], STDOUT_FILENO);
  ::close(pipe[1]);
  return std::unique_ptr<Tee>(new Tee(kept_bytes, out, pipe[0], stop[0], stop[1]));
}

Tee::~Tee() {
  stop();
  if (thread_.joinable()) {
    // Whoever does not read must not keep this process.
    if (done_) {
      thread_.join();
    } else {
      thread_.detach();
    }
  }
}

void Tee::restore() {
  ::dup2(out_, STDOUT_FILENO);
}

void Tee::start() {
  thread_ = std::thread([this] { pass(); });
}

void Tee::stop() {
  if (stop_out_ >= 0) ::close(std::exchange(stop_out_, -1));
}

void Tee::pass() {
  // A reader that has gone is an error of write here, and no end of the job.
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
  bool stopping = false;
  while (!stopping) {
    pollfd events[] = {{in_, POLLIN, 0}, {stop_in_, POLLIN, 0}};
    ::poll(events, 2, -1);
    stopping = events[1].revents != 0;
    if (!pass_some()) break;
  }
  done_ = true;
}

// False: every writer is gone.
bool Tee::pass_some() {
  char chunk[16 * 1024];
  for (;;) {
    const auto n = ::read(in_, chunk, sizeof chunk);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return true;
    if (n == 0) return false;
    const auto size = static_cast<std::size_t>(n);
    const auto room = std::min(most_ - kept_.size(), size);
    kept_.append(chunk, room);
    cut_ = cut_ || room < size;
    if (out_ >= 0 && !write_all(out_, chunk, size)) out_ = -1;
  }
}

}  // namespace lockctl
