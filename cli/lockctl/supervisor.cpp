#include "cli/lockctl/supervisor.hpp"

#include <algorithm>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <optional>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/lockctl/child.hpp"
#include "cli/lockctl/guard_channel.hpp"
#include "cli/lockctl/kill_tree.hpp"
#include "cli/lockctl/say.hpp"
#include "core/base/overload.hpp"

namespace lockctl {
namespace {

using namespace std::chrono_literals;

class Supervisor {
 public:
  Supervisor(Cluster& cluster, Signals& signals, const guard::Guard& guard, const SupervisorConfig& config)
      : cluster_(cluster),
        config_(config),
        guard_(guard),
        channel_(cluster.io(), guard.channel),
        timer_(cluster.io()) {
    signals.handle([this](int signal) { tell(guard::Forward{signal}); });
  }

  CommandEnd run(const std::vector<std::string>& environment) {
    watch_lease();
    tell(guard::Start{environment});
    listen();
    while (!over_) cluster_.io().run_one();
    timer_.cancel();
    channel_.close();
    pass_terminal(command_, ::getpgrp());
    ::waitpid(guard_.pid, nullptr, 0);
    cluster_.io().poll();
    return end_;
  }

 private:
  void tell(const guard::ToGuard& message) { guard::send_packet(guard_.channel, guard::encode(message)); }

  void listen() {
    channel_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                        [this](const boost::system::error_code& error) {
                          if (error || over_) return;
                          hear();
                          if (!over_) listen();
                        });
  }

  void hear() {
    while (!over_) {
      const auto packet = guard::receive_packet(guard_.channel);
      if (!packet) return;
      const auto message = guard::decode_from_guard(*packet);
      if (packet->empty() || !message) return guard_is_gone();
      std::visit(base::Overload{[&](const guard::Started& m) { command_ = m.pid; },
                                [&](const guard::NotStarted& m) {
                                  end_.exec_error = m.error;
                                  over_ = true;
                                },
                                [&](const guard::Stopped&) { stopped(); },
                                [&](const guard::OutOfTime& m) { out_of_time(m.how); },
                                [&](const guard::Ended& m) { ended(m); }},
                 message.value());
    }
  }

  // The kernel has killed the command; what it had started comes to this process.
  void guard_is_gone() {
    complain("the guard process was killed, so the command was ended with it");
    end_.status = SIGKILL;
    end_.not_permitted = kill_everything_below_me(command_, &end_.status);
    over_ = true;
  }

  // Only where `from` has it: a shell that moved the job to the background keeps it.
  void pass_terminal(pid_t from, pid_t to) {
    if (config_.terminal >= 0 && ::tcgetpgrp(config_.terminal) == from) give_terminal(config_.terminal, to);
  }

  // Ctrl-Z. This process stops as well, so that the shell gets its prompt; nobody renews until it is
  // continued.
  void stopped() {
    if (config_.terminal < 0) return;
    say(config_.quiet,
        config_.lock +
            " is not renewed while the job is stopped; the command is killed before the lease ends");
    pass_terminal(command_, ::getpgrp());
    ::raise(SIGSTOP);
    pass_terminal(::getpgrp(), command_);
    tell(guard::Resume{});
  }

  void out_of_time(guard::Killing how) {
    if (!end_.lost) {
      complain(config_.lock + " could not be renewed in time: the command is ended before the lease of " +
               roughly(config_.ttl) + " is over");
    }
    if (how == guard::Killing::kill) say(config_.quiet, "the command did not end by itself: killed");
    end_.lost = true;
  }

  void ended(const guard::Ended& m) {
    end_.status = m.status;
    end_.left_behind = m.left_behind;
    end_.not_permitted = m.not_permitted;
    // The driver's word may be newer than the last look at it.
    look_at_lease();
    over_ = true;
  }

  void watch_lease() {
    look_at_lease();
    if (over_) return;
    timer_.expires_after(std::clamp<base::Duration>(config_.ttl / 20, 5ms, 500ms));
    timer_.async_wait([this](const boost::system::error_code& error) {
      if (!error && !over_) watch_lease();
    });
  }

  void look_at_lease() {
    const auto deadline = cluster_.driver().session_deadline();
    if (!deadline) return lost("its session has expired at the servers", true);
    if (config_.warn_when_lost) {
      if (net::now() >= *deadline) lost("its lease has run out without a renewal", false);
      return;
    }
    if (deadline == told_) return backstop();
    told_ = deadline;
    tell(guard::Deadline{config_.plan.at(*deadline)});
  }

  // For a guard that is stopped or starved: halfway through the margin somebody has to do it.
  void backstop() {
    if (net::now() < *told_ - config_.plan.margin / 2) return;
    end_.lost = true;
    ::kill(guard_.pid, SIGKILL);
  }

  void lost(const std::string& why, bool expired) {
    end_.session_expired = end_.session_expired || expired;
    if (end_.lost) return;
    end_.lost = true;
    complain(config_.lock + " was lost: " + why +
             (config_.warn_when_lost ? "; the command runs on without it" : ""));
    if (!config_.warn_when_lost) tell(guard::KillNow{});
  }

  Cluster& cluster_;
  SupervisorConfig config_;
  guard::Guard guard_;
  boost::asio::posix::stream_descriptor channel_;
  boost::asio::steady_timer timer_;
  std::optional<base::Instant> told_;
  pid_t command_ = 0;
  CommandEnd end_;
  bool over_ = false;
};

}  // namespace

CommandEnd supervise(Cluster& cluster, Signals& signals, const guard::Guard& guard,
                     const SupervisorConfig& config, const std::vector<std::string>& environment) {
  Supervisor supervisor(cluster, signals, guard, config);
  auto end = supervisor.run(environment);
  signals.handle(nullptr);
  return end;
}

}  // namespace lockctl
