#include "cli/lockctl/say.hpp"

#include <cerrno>
#include <cstring>
#include <string_view>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/common/exit_code.hpp"
#include "cli/common/printable.hpp"
#include "core/base/duration.hpp"

namespace lockctl {
namespace {

int print_error = 0;  // the errno of the last print that failed

// One write a line, so that lines of several processes don't mix.
bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

std::size_t columns() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 80;
}

}  // namespace

void complain(const std::string& line) {
  write_all(STDERR_FILENO, "lockctl: " + cli::printable(line) + "\n");
}

void say(bool quiet, const std::string& line) {
  if (!quiet) complain(line);
}

std::string roughly(base::Duration duration) {
  using namespace std::chrono_literals;
  const base::Duration unit = duration >= 1min ? base::Duration(1s)
                              : duration >= 1s ? base::Duration(100ms)
                                               : base::Duration(1ms);
  return base::format_duration(duration - duration % unit);
}

void LiveLine::show(const std::string& line) {
  write_all(STDERR_FILENO, "\r" + ("lockctl: " + cli::printable(line)).substr(0, columns() - 1) + "\x1b[K");
  shown_ = true;
}

void LiveLine::clear() {
  if (shown_) write_all(STDERR_FILENO, "\r\x1b[K");
  shown_ = false;
}

bool stderr_is_terminal() {
  return ::isatty(STDERR_FILENO) == 1;
}

bool print(const std::string& text) {
  if (write_all(STDOUT_FILENO, text)) return true;
  print_error = errno;
  return false;
}

int having_printed(int code) {
  if (print_error == 0 || code == cli::kFailed) return code;
  complain(std::string("cannot write to standard output: ") + std::strerror(print_error));
  return cli::kFailed;
}

}  // namespace lockctl
