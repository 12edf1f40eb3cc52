#include "cli/lockctl/guard.hpp"

#include <algorithm>
#include <csignal>
#include <optional>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/common/process.hpp"
#include "cli/lockctl/child.hpp"
#include "cli/lockctl/guard_channel.hpp"
#include "cli/lockctl/kill_tree.hpp"
#include "core/base/overload.hpp"
#include "net/clock.hpp"

namespace lockctl::guard {
namespace {

class Loop {
 public:
  Loop(const Plan& plan, int channel, SignalState signals)
      : plan_(plan), channel_(channel), spawn_{plan.command, {}, plan.terminal, signals} {
    sigset_t child;
    ::sigemptyset(&child);
    ::sigaddset(&child, SIGCHLD);
    ::sigprocmask(SIG_BLOCK, &child, nullptr);
    children_ = ::signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
    // The clock of the lease: it counts suspend.
    timer_ = ::timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
  }

  [[noreturn]] void run() {
    for (;;) {
      set_timer();
      pollfd events[] = {{channel_, POLLIN, 0}, {children_, POLLIN, 0}, {timer_, POLLIN, 0}};
      ::poll(events, 3, -1);
      if (events[1].revents != 0) drain(children_);
      if (events[2].revents != 0) drain(timer_);
      if (events[0].revents != 0) hear();
      reap();
      act();
    }
  }

 private:
  static void drain(int fd) {
    char rest[sizeof(signalfd_siginfo) * 4];
    while (::read(fd, rest, sizeof rest) > 0) {
    }
  }

  void hear() {
    for (;;) {
      const auto packet = receive_packet(channel_);
      if (!packet) return;
      const auto message = decode_to_guard(*packet);
      if (packet->empty() || !message) return lockctl_is_gone();
      std::visit(base::Overload{
                     [&](const Start& m) { start_command(m); }, [&](const Deadline& m) { times_ = m.times; },
                     [&](const Forward& m) { forward(m.signal); }, [&](const KillNow&) { kill_all(); },
                     [&](const Resume&) { forward(SIGCONT); }},
                 message.value());
    }
  }

  // The command runs on under the deadlines as they stand: nobody renews any more.
  void lockctl_is_gone() {
    if (pid_ == 0) ::_exit(0);
    ::close(channel_);
    channel_ = -1;
  }

  void tell(const FromGuard& message) {
    if (channel_ >= 0) send_packet(channel_, encode(message));
  }

  void start_command(const Start& message) {
    spawn_.environment = message.environment;
    const auto spawned = spawn(spawn_);
    if (spawned.error != 0) {
      tell(NotStarted{spawned.error});
      ::_exit(0);
    }
    pid_ = spawned.pid;
    tell(Started{pid_});
  }

  // To the group: what the user's terminal would do.
  void forward(int signal) {
    if (pid_ != 0 && !status_) ::kill(-pid_, signal);
  }

  void reap() {
    int status = 0;
    for (pid_t pid; (pid = ::waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0;) {
      if (pid != pid_) continue;
      if (WIFSTOPPED(status)) {
        tell(Stopped{});
      } else {
        command_ended(status);
      }
    }
  }

  void command_ended(int status) {
    status_ = status;
    left_behind_ = signal_tree(::getpid(), SIGTERM);
    const auto grace_ends = net::now() + plan_.kill_after;
    if (!times_ || grace_ends < times_->kill_at)
      times_ = cli::KillTimes{times_ ? times_->term_at : grace_ends, grace_ends};
    termed_ = true;
  }

  void act() {
    if (pid_ == 0) return;
    if (status_ && cli::descendants_of(::getpid()).empty()) finish(0);
    if (!times_) return;
    const auto now = net::now();
    if (now >= times_->kill_at) {
      if (!status_) tell(OutOfTime{Killing::kill});
      kill_all();
    } else if (now >= times_->term_at && !termed_) {
      termed_ = true;
      tell(OutOfTime{Killing::term});
      signal_tree(::getpid(), SIGTERM);
    }
  }

  void kill_all() {
    if (pid_ == 0) return;
    int status = status_.value_or(SIGKILL);
    const auto spared = kill_everything_below_me(pid_, &status);
    if (!status_) status_ = status;
    finish(spared);
  }

  [[noreturn]] void finish(std::uint64_t spared) {
    tell(Ended{*status_, left_behind_, spared});
    ::_exit(0);
  }

  void set_timer() {
    std::optional<base::Instant> next;
    if (times_ && pid_ != 0) next = termed_ ? times_->kill_at : times_->term_at;
    itimerspec spec{};
    if (next) {
      const auto ns = std::max<std::int64_t>(next->since_origin.count(), 1);
      spec.it_value = {static_cast<time_t>(ns / 1'000'000'000), static_cast<long>(ns % 1'000'000'000)};
    }
    ::timerfd_settime(timer_, TFD_TIMER_ABSTIME, &spec, nullptr);
  }

  const Plan& plan_;
  int channel_;
  Spawn spawn_;
  int children_ = -1;
  int timer_ = -1;
  pid_t pid_ = 0;
  std::optional<cli::KillTimes> times_;
  bool termed_ = false;
  std::optional<int> status_;
  std::uint64_t left_behind_ = 0;
};

// Out of reach of the terminal's signals and of a name-wide kill, but in the same session: the command needs
// the terminal.
[[noreturn]] void guard_main(const Plan& plan, int channel) {
  const auto signals = SignalState::now();
  ::setpgid(0, 0);
  ::prctl(PR_SET_NAME, "lock-guard");
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  for (const int ignored :
       {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGTSTP, SIGTTIN, SIGTTOU, SIGPIPE}) {
    ::signal(ignored, SIG_IGN);
  }
  Loop(plan, channel, signals).run();
}

}  // namespace

Guard start(const Plan& plan) {
  int pair[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) return {-1, -1};
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::close(pair[0]);
    guard_main(plan, pair[1]);
  }
  ::close(pair[1]);
  if (pid > 0) return {pid, pair[0]};
  ::close(pair[0]);
  return {-1, -1};
}

}  // namespace lockctl::guard
