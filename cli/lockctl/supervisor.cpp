#include "cli/lockctl/supervisor.hpp"

#include <algorithm>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <deque>
#include <optional>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/lockctl/child.hpp"
#include "cli/lockctl/guard_channel.hpp"
#include "cli/lockctl/kill_tree.hpp"
#include "cli/lockctl/say.hpp"
#include "cli/lockctl/watchdog.hpp"
#include "core/base/duration.hpp"
#include "core/base/overload.hpp"

namespace lockctl {
using namespace std::chrono_literals;

struct Supervisor::Impl {
 public:
  Impl(Lease lease, Signals& signals, guard::Guard& guard, const SupervisorConfig& config)
      : lease_(std::move(lease)),
        signals_(signals),
        config_(config),
        guard_(guard),
        channel_(lease_.io, guard.channel()),
        timer_(lease_.io) {
    signals_.handle([this](int signal) { tell(guard::Forward{signal}); });
  }
  ~Impl() { signals_.handle(nullptr); }

  CommandEnd run(const std::vector<std::string>& environment) {
    guard::be_on_time();
    watch_lease();
    if (over_ || (end_.lost && !config_.warn_when_lost)) {
      end_.lost = true;
      timer_.cancel();
      lease_.io.poll();
      return end_;
    }
    tell(guard::Start{environment});
    listen();
    while (!over_) lease_.io.run_one();
    timer_.cancel();
    channel_.release();
    pass_terminal(command_, ::getpgrp());
    lease_.io.poll();
    return end_;
  }

  void taken(const std::string& why) {
    if (end_.lost) return;
    end_.lost = true;
    complain(config_.lock + " was lost: " + why +
             (config_.warn_when_lost ? "; the command runs on without it" : ""));
    if (config_.warn_when_lost || !told_) return;
    taken_ = true;
    const auto now = net::now();
    tell(guard::Deadline{{now, std::min(now + config_.plan.kill_after, config_.plan.at(*told_).kill_at)}});
  }

 private:
  void tell(const guard::ToGuard& message) {
    unsent_.push_back(guard::encode(message));
    flush();
  }

  // A stopped guard reads nothing: what it has not taken waits here, and renewing goes on.
  bool flush() {
    while (!unsent_.empty() && guard::send_packet(guard_.channel(), unsent_.front()) != guard::Sent::full)
      unsent_.pop_front();
    return unsent_.empty();
  }

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
      const auto packet = guard::receive_packet(guard_.channel());
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
    if (!end_.lost && told_ && net::now() >= config_.plan.at(*told_).kill_at)
      out_of_time(guard::Killing::kill);
    if (!end_.lost) complain("the guard process was killed, so the command was ended with it");
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
      end_.over_max = lease_.at_longest && lease_.at_longest();
      complain(config_.lock + (end_.over_max ? ": " + max_hold_is_over() + ": the command is ended"
                                             : " could not be renewed in time: the command is ended before "
                                               "the lease of " +
                                                   roughly(config_.ttl) + " is over"));
    }
    if (how == guard::Killing::kill) say(config_.quiet, "the command did not end by itself: killed");
    end_.lost = true;
  }

  std::string max_hold_is_over() const {
    return "--max-hold " + base::format_duration(config_.max_hold) + " is over";
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
    timer_.expires_after(until_next_look());
    timer_.async_wait([this](const boost::system::error_code& error) {
      if (!error && !over_) watch_lease();
    });
  }

  void look_at_lease() {
    const auto deadline = lease_.deadline();
    if (!deadline) return lost("its session has expired at the servers", true);
    if (config_.warn_when_lost) {
      if (net::now() < *deadline) return;
      end_.over_max = end_.over_max || (!end_.lost && lease_.at_longest && lease_.at_longest());
      lost(end_.over_max ? max_hold_is_over() : "its lease has run out without a renewal", false);
      return;
    }
    if (deadline != told_ && !taken_ && flush()) {
      told_ = deadline;
      tell(guard::Deadline{config_.plan.at(*deadline)});
    }
    backstop();
  }

  base::Duration until_next_look() const {
    const auto pause = std::clamp<base::Duration>(config_.ttl / 20, 5ms, 500ms);
    if (!told_) return pause;
    return std::clamp<base::Duration>(*told_ - config_.plan.margin * 3 / 4 - net::now(), 1ms, pause);
  }

  // For guards that are stopped or starved: a quarter of the margin after them somebody has to do it.
  void backstop() {
    if (net::now() >= *told_ - config_.plan.margin * 3 / 4) guard_is_gone();
  }

  void lost(const std::string& why, bool expired) {
    end_.session_expired = end_.session_expired || expired;
    if (end_.lost) return;
    end_.lost = true;
    complain(config_.lock + " was lost: " + why +
             (config_.warn_when_lost ? "; the command runs on without it" : ""));
    if (!config_.warn_when_lost) tell(guard::KillNow{});
  }

  Lease lease_;
  Signals& signals_;
  SupervisorConfig config_;
  guard::Guard& guard_;
  boost::asio::posix::stream_descriptor channel_;
  boost::asio::steady_timer timer_;
  std::deque<std::string> unsent_;
  std::optional<base::Instant> told_;  // the guard
  pid_t command_ = 0;
  CommandEnd end_;
  bool taken_ = false;
  bool over_ = false;
};

Supervisor::Supervisor(Lease lease, Signals& signals, guard::Guard& guard, const SupervisorConfig& config)
    : impl_(std::make_unique<Impl>(std::move(lease), signals, guard, config)) {}

Supervisor::~Supervisor() = default;

CommandEnd Supervisor::run(const std::vector<std::string>& environment) {
  return impl_->run(environment);
}

void Supervisor::taken(const std::string& why) {
  impl_->taken(why);
}

}  // namespace lockctl
