#include "cli/lockctl/waiting.hpp"

#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <memory>

#include "cli/lockctl/patience.hpp"
#include "cli/lockctl/say.hpp"

namespace lockctl {
namespace {

using namespace std::chrono_literals;

// Tells while the request waits in the queue: in place on a terminal, a line for each change with -v
// elsewhere.
class WaitingLine {
 public:
  WaitingLine(boost::asio::io_context& io, const Global& global, const std::string& name)
      : timer_(io),
        name_(name),
        terminal_(!global.quiet && stderr_is_terminal()),
        lines_(!terminal_ && global.verbose) {}

  void update(const lock::Queued& queued) {
    const bool first = !queued_;
    queued_ = queued;
    since_ = net::now() - queued.held_for;
    if (lines_) complain(text());
    if (terminal_ && first) tick();
  }
  bool shown() const { return queued_.has_value(); }

 private:
  std::string text() const {
    const auto place =
        queued_->ahead == 0 ? "next in the queue" : std::to_string(queued_->ahead) + " ahead in the queue";
    const auto holder = queued_->holder.empty() ? "waiting for " + name_
                                                : "waiting for " + name_ + ": held for " +
                                                      roughly(net::now() - since_) + " by " + queued_->holder;
    return holder + "; " + place;
  }
  void tick() {
    line_.show(text());
    timer_.expires_after(1s);
    timer_.async_wait([this, alive = std::weak_ptr(alive_)](const boost::system::error_code& error) {
      if (!error && !alive.expired()) tick();
    });
  }

  boost::asio::steady_timer timer_;
  std::string name_;
  bool terminal_;
  bool lines_;
  LiveLine line_;
  std::optional<lock::Queued> queued_;
  base::Instant since_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace

Waited wait_for(Cluster& cluster, Signals& signals, const Global& global, const LockFlags& flags,
                lock::Operation operation) {
  std::optional<client::Outcome> outcome;
  Waited waited{client::TimedOut{}, {}, false, false, false, {}};
  WaitingLine line(cluster.io(), global, flags.title());
  std::optional<client::CallId> call;
  Patience patience(cluster, global, global.full_name(flags.name), global.timeout, [&] {
    waited.silent = true;
    cluster.driver().give_up(*call);
  });
  const auto within = flags.no_wait ? std::optional(global.timeout) : flags.wait;
  call = cluster.begin(
      std::move(operation), within,
      [&](const client::Finished& finished) {
        outcome = finished.outcome;
        waited.sequence = finished.sequence;
      },
      [&](const lock::Queued& queued) {
        patience.heard();
        waited.queued = true;
        line.update(queued);
      });
  signals.handle([&](int signal) {
    if (waited.signal || signal == SIGWINCH) return;
    waited.signal = signal;
    cluster.driver().give_up(*call);
  });
  while (!outcome) {
    cluster.io().run_one();
    waited.reached = waited.reached || cluster.driver().session().has_value();
  }
  signals.handle(nullptr);
  waited.outcome = *outcome;
  return waited;
}

}  // namespace lockctl
