#include "cli/lockctl/patience.hpp"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>

#include "cli/lockctl/say.hpp"

namespace lockctl {
namespace {

using namespace std::chrono_literals;

constexpr base::Duration kAskAfter = 4s;
constexpr base::Duration kTellEvery = 5s;

}  // namespace

struct Patience::Impl : std::enable_shared_from_this<Patience::Impl> {
  Impl(Cluster& c, const Global& g, const std::string& n, std::optional<base::Duration> most,
       std::function<void()> then)
      : cluster(c), quiet(g.quiet), name(n), at_most(most), gone(std::move(then)), timer(c.io()) {}

  void heard() {
    last = net::now();
    told = last;
    reached = true;
  }

  void look() {
    const auto now = net::now();
    if (at_most && now - last >= *at_most) {
      if (auto then = std::exchange(gone, nullptr)) then();
      return;
    }
    if (now - told >= kTellEvery) {
      told = now;
      say(quiet, "no server has answered for " +
                     roughly(std::chrono::floor<std::chrono::seconds>(now - last)) + "; still trying");
    }
    if (!asked && now - last >= kAskAfter) ask();
    sleep();
  }

  void sleep() {
    auto next = told + kTellEvery;
    if (!asked) next = std::min(next, last + kAskAfter);
    if (at_most) next = std::min(next, last + *at_most);
    timer.expires_after(std::clamp<base::Duration>(next - net::now(), 1ms, 1s));
    timer.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
      if (const auto self = weak.lock(); self && !error) self->look();
    });
  }

  // No hold has that token: the smallest question that only a leader with a majority answers.
  void ask() {
    asked = cluster.driver().begin(lock::Query(lock::CheckHold{name, lock::Token(1)}), std::nullopt,
                                   [weak = weak_from_this()](const client::Finished& finished) {
                                     const auto self = weak.lock();
                                     if (!self) return;
                                     self->asked.reset();
                                     if (std::holds_alternative<lock::Reply>(finished.outcome)) self->heard();
                                   });
  }

  Cluster& cluster;
  bool quiet;
  std::string name;
  std::optional<base::Duration> at_most;
  std::function<void()> gone;
  boost::asio::steady_timer timer;
  base::Instant last = net::now();
  base::Instant told = last;
  std::optional<client::CallId> asked;
  bool reached = false;
};

Patience::Patience(Cluster& cluster, const Global& global, const std::string& name,
                   std::optional<base::Duration> at_most, std::function<void()> gone)
    : impl_(std::make_shared<Impl>(cluster, global, name, at_most, std::move(gone))) {
  impl_->sleep();
}

Patience::~Patience() {
  impl_->timer.cancel();
  if (impl_->asked) impl_->cluster.driver().give_up(*impl_->asked);
}

void Patience::heard() {
  impl_->heard();
}

void Patience::forever() {
  impl_->at_most.reset();
}

bool Patience::reached() const {
  return impl_->reached;
}

}  // namespace lockctl
