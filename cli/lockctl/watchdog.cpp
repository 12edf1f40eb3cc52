#include "cli/lockctl/watchdog.hpp"

#include <csignal>
#include <ctime>
#include <poll.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/lockctl/alarm.hpp"
#include "cli/lockctl/guard_channel.hpp"
#include "cli/lockctl/kill_tree.hpp"
#include "net/clock.hpp"

namespace lockctl::guard {
namespace {

constexpr base::Instant kNever;

class Watchdog {
 public:
  explicit Watchdog(const Watch& watch) : watch_(watch) {}

  [[noreturn]] void run() {
    const ChildEvents children;
    Alarm alarm;
    for (;;) {
      if (word_.kill_at == kNever) {
        alarm.clear();
      } else {
        alarm.set(word_.kill_at + watch_.grace);
      }
      pollfd events[] = {{children.fd(), POLLIN, 0}, {alarm.fd(), POLLIN, 0}, {watch_.ear, POLLIN, 0}};
      ::poll(events, 3, -1);
      children.drain();
      alarm.drain();
      hear();
      look_at_guard();
      if (word_.kill_at != kNever && net::now() >= word_.kill_at + watch_.grace) kill_all(true);
    }
  }

 private:
  void hear() {
    Word word;
    while (::recv(watch_.ear, &word, sizeof word, MSG_DONTWAIT) == static_cast<ssize_t>(sizeof word))
      word_ = word;
  }

  void look_at_guard() {
    int status = 0;
    for (pid_t pid; (pid = ::waitpid(-1, &status, WNOHANG)) > 0;) {
      if (pid != watch_.guard) continue;
      if (WIFEXITED(status)) ::_exit(0);
      // lockctl, should it live, learns by the end of this process.
      kill_all(false);
    }
  }

  [[noreturn]] void kill_all(bool out_of_time) {
    int status = SIGKILL;
    const auto spared = kill_everything_below_me(word_.command, &status);
    if (out_of_time) {
      send_packet(watch_.channel, encode(FromGuard(OutOfTime{Killing::kill})));
      send_packet(watch_.channel, encode(FromGuard(Ended{status, 0, spared})));
    }
    ::_exit(0);
  }

  Watch watch_;
  Word word_;
};

}  // namespace

void watch(const Watch& watch) {
  Watchdog(watch).run();
}

void be_on_time() {
  // Only from the default on: what is reset at a fork is the default.
  if (::sched_getscheduler(0) != SCHED_OTHER || ::getpriority(PRIO_PROCESS, 0) != 0) return;
  const sched_param lowest{1};
  ::sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &lowest);
}

}  // namespace lockctl::guard
