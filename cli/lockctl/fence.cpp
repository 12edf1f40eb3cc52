// lockctl fence: a file that remembers the highest token, and a command that runs only with one as high.
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#include <vector>

#include "cli/common/exit_code.hpp"
#include "cli/common/held.hpp"
#include "cli/lockctl/say.hpp"
#include "cli/lockctl/under_lock.hpp"
#include "cli/lockctl/verbs.hpp"

namespace lockctl {
namespace {

int fail(const Fence& fence, const std::string& what) {
  return complain(fence.file + ": " + what + ": " + std::strerror(errno)), cli::kFailed;
}

// Nothing was seen yet: 0.
base::Result<std::uint64_t> read_token(int fd) {
  char text[64];
  const auto n = ::pread(fd, text, sizeof text, 0);
  if (n < 0) return base::Error{std::string("cannot be read: ") + std::strerror(errno)};
  const std::string_view found(text, static_cast<std::size_t>(n));
  if (found.empty()) return std::uint64_t{0};
  const auto line = found.substr(0, found.find('\n'));
  const auto token = cli::parse_token(line);
  if (!token || line.size() + 1 != found.size()) {
    return base::Error{
        "holds something that is no token: give `fence` a file of its own, or empty this one once no command "
        "that it fences can be running"};
  }
  return token.value();
}

// In place: the file is what others wait for by flock(2). Tokens grow, so what is there is written over.
bool write_token(int fd, std::uint64_t token) {
  const auto line = std::to_string(token) + "\n";
  const auto size = static_cast<ssize_t>(line.size());
  return ::pwrite(fd, line.data(), line.size(), 0) == size && ::ftruncate(fd, size) == 0 && ::fsync(fd) == 0;
}

// In the place of this process, with the file locked for as long as anything of it has the descriptor: a
// newer holder waits for the last write of an older one, also for one that was left in the background.
int become(const Fence& fence) {
  std::vector<char*> arguments;
  for (const auto& word : fence.command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  ::execvp(arguments[0], arguments.data());
  return code_of_exec_error(fence.command.front(), errno);
}

}  // namespace

int carry_out(const Global&, const Fence& fence) {
  const int fd = ::open(fence.file.c_str(), O_RDWR | O_CREAT, 0666);
  if (fd < 0) return fail(fence, "cannot be opened");
  while (::flock(fd, LOCK_EX) != 0) {
    if (errno != EINTR) return fail(fence, "cannot be locked");
  }
  const auto seen = read_token(fd);
  if (!seen) return complain(fence.file + " " + seen.error()), cli::kFailed;
  const auto token = fence.token.value;
  if (token < seen.value()) {
    complain("refused: token " + std::to_string(token) + " is older than " + std::to_string(seen.value()) +
             ", which " + fence.file + " has seen: the lock has gone to somebody else since");
    return cli::kLost;
  }
  if (token > seen.value() && !write_token(fd, token)) return fail(fence, "cannot be written");
  return become(fence);
}

}  // namespace lockctl
