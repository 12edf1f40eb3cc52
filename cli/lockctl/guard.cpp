#include "cli/lockctl/guard.hpp"

#include <cerrno>
#include <csignal>
#include <optional>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#include "cli/lockctl/alarm.hpp"
#include "cli/lockctl/child.hpp"
#include "cli/lockctl/guard_channel.hpp"
#include "cli/lockctl/kill_tree.hpp"
#include "cli/lockctl/watchdog.hpp"
#include "core/base/overload.hpp"
#include "net/clock.hpp"

namespace lockctl::guard {
namespace {

class Loop {
 public:
  Loop(const Plan& plan, int channel, int mouth, SignalState signals)
      : plan_(plan), channel_(channel), mouth_(mouth), spawn_{plan.command, {}, plan.terminal, signals} {}

  [[noreturn]] void run() {
    for (;;) {
      set_alarm();
      pollfd events[] = {{channel_, POLLIN, 0}, {children_.fd(), POLLIN, 0}, {alarm_.fd(), POLLIN, 0}};
      ::poll(events, 3, -1);
      if (events[1].revents != 0) children_.drain();
      if (events[2].revents != 0) alarm_.drain();
      if (events[0].revents != 0) hear();
      reap();
      act();
    }
  }

 private:
  void hear() {
    for (;;) {
      const auto packet = receive_packet(channel_);
      if (!packet) return;
      const auto message = decode_to_guard(*packet);
      if (packet->empty() || !message) return lockctl_is_gone();
      std::visit(base::Overload{
                     [&](const Start& m) { start_command(m); }, [&](const Deadline& m) { extend(m.times); },
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

  // A command that has ended leaves no more than its grace to what it left behind.
  void extend(const cli::KillTimes& times) {
    if (status_) return;
    times_ = times;
    tell_watchdog();
  }

  void tell_watchdog() {
    const Word word{times_ ? times_->kill_at : base::Instant(), pid_};
    ::send(mouth_, &word, sizeof word, MSG_NOSIGNAL | MSG_DONTWAIT);
  }

  void start_command(const Start& message) {
    // This process may have been stopped since the deadline came.
    if (times_ && net::now() >= times_->kill_at) {
      tell(OutOfTime{Killing::kill});
      ::_exit(0);
    }
    spawn_.environment = message.environment;
    const auto spawned = spawn(spawn_);
    if (spawned.error != 0) {
      tell(NotStarted{spawned.error});
      ::_exit(0);
    }
    pid_ = spawned.pid;
    tell_watchdog();
    tell(Started{pid_});
  }

  // To the group: what the user's terminal would do.
  void forward(int signal) {
    if (pid_ != 0 && !status_) ::kill(-pid_, signal);
  }

  void reap() {
    std::optional<int> ended;
    int status = 0;
    pid_t pid = 0;
    while ((pid = ::waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0) {
      if (pid != pid_) continue;
      if (WIFSTOPPED(status)) {
        tell(Stopped{});
      } else {
        ended = status;
      }
    }
    // To a subreaper no child means no process at all below it.
    childless_ = pid < 0 && errno == ECHILD;
    if (ended) command_ended(*ended);
  }

  void command_ended(int status) {
    status_ = status;
    if (childless_) return;
    left_behind_ = signal_tree(::getpid(), SIGTERM);
    const auto grace_ends = net::now() + plan_.kill_after;
    if (!times_ || grace_ends < times_->kill_at)
      times_ = cli::KillTimes{times_ ? times_->term_at : grace_ends, grace_ends};
    termed_ = true;
  }

  void act() {
    if (pid_ == 0) return;
    if (status_ && childless_) finish(0);
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
    if (pid_ == 0) ::_exit(0);
    int status = status_.value_or(SIGKILL);
    const auto spared = kill_everything_below_me(status_ ? 0 : pid_, &status);
    if (!status_) status_ = status;
    finish(spared);
  }

  [[noreturn]] void finish(std::uint64_t spared) {
    tell(Ended{*status_, left_behind_, spared});
    ::_exit(0);
  }

  void set_alarm() const {
    if (!times_ || pid_ == 0) return alarm_.clear();
    alarm_.set(termed_ ? times_->kill_at : times_->term_at);
  }

  const Plan& plan_;
  int channel_;
  int mouth_;  // to the watchdog
  Spawn spawn_;
  ChildEvents children_;
  Alarm alarm_;
  pid_t pid_ = 0;
  std::optional<cli::KillTimes> times_;
  bool termed_ = false;
  bool childless_ = true;
  std::optional<int> status_;
  std::uint64_t left_behind_ = 0;
};

// Out of reach of the terminal's signals and of a name-wide kill, but in the same session: the command needs
// the terminal.
void stand_apart() {
  ::setpgid(0, 0);
  ::prctl(PR_SET_NAME, "lock-guard");
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  for (const int ignored :
       {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGTSTP, SIGTTIN, SIGTTOU, SIGPIPE}) {
    ::signal(ignored, SIG_IGN);
  }
  be_on_time();
}

[[noreturn]] void watchdog_main(const Plan& plan, int channel) {
  const auto signals = SignalState::now();
  stand_apart();
  int pair[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) ::_exit(125);
  const pid_t guard = ::fork();
  if (guard < 0) ::_exit(125);
  if (guard > 0) {
    ::close(pair[0]);
    watch({guard, pair[1], channel, plan.margin / 8});
  }
  ::close(pair[1]);
  stand_apart();
  Loop(plan, channel, pair[0], signals).run();
}

}  // namespace

Guard start(const Plan& plan) {
  int pair[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) return {-1, -1};
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::close(pair[0]);
    watchdog_main(plan, pair[1]);
  }
  const int failed = errno;
  ::close(pair[1]);
  if (pid > 0) return {pid, pair[0]};
  ::close(pair[0]);
  errno = failed;
  return {-1, -1};
}

void Guard::end() {
  if (channel_ >= 0) ::close(std::exchange(channel_, -1));
  if (watchdog_ > 0) ::waitpid(std::exchange(watchdog_, -1), nullptr, 0);
}

}  // namespace lockctl::guard
