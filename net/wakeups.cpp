#include "net/wakeups.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

#include "net/clock.hpp"

namespace net {

Wakeups::Wakeups(boost::asio::io_context& io, std::function<void()> run)
    : io_(io), run_(std::move(run)), timer_(io) {}

// A posted handler runs behind everything that the same poll of the sockets has found ready: one run takes
// all of it.
void Wakeups::soon() {
  if (asked_) return;
  asked_ = true;
  boost::asio::post(io_, lifeline_.guard([this] {
    asked_ = false;
    run_();
  }));
}

// A deadline mostly moves later, at every step: the timer is left as it is then, and looks again when it
// fires.
void Wakeups::at(host::Instant when) {
  wanted_ = when;
  if (!armed_for_ || when < *armed_for_) arm(when);
}

// The timer's own clock stops while the machine is suspended; after that it fires late by at most what was
// left of it.
void Wakeups::arm(host::Instant when) {
  armed_for_ = when;
  timer_.expires_after(std::max(when - now(), base::Duration::zero()));
  timer_.async_wait(lifeline_.guard([this](const boost::system::error_code& replaced) {
    if (!replaced) on_timer();
  }));
}

void Wakeups::on_timer() {
  armed_for_.reset();
  if (!wanted_) return;
  if (now() < *wanted_) return arm(*wanted_);
  wanted_.reset();
  run_();
}

}  // namespace net
