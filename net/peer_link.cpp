#include "net/peer_link.hpp"

#include <algorithm>
#include <boost/asio/connect.hpp>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <utility>

#include "net/clock.hpp"

namespace net {

namespace {

constexpr base::Duration kBackoffMin = std::chrono::milliseconds(50);
constexpr base::Duration kBackoffMax = std::chrono::milliseconds(1000);
constexpr base::Duration kAttemptMax = std::chrono::milliseconds(1000);
// Only a connection that lasted so long speaks for trying at once again: one that is refused by its hello
// does not.
constexpr base::Duration kLasted = std::chrono::milliseconds(1000);
// A partition must not leave messages in a kernel that waits ever longer before it sends them again.
constexpr unsigned kUnacknowledgedMsMax = 2000;
// A peer says nothing on a connection that it did not open.
constexpr std::size_t kAnswerBytesMax = 0;

using UserTimeout = boost::asio::detail::socket_option::integer<IPPROTO_TCP, TCP_USER_TIMEOUT>;

}  // namespace

PeerLink::PeerLink(boost::asio::io_context& io, Turn& turn, const Log& log, Config config, Counters& counters)
    : io_(io),
      turn_(turn),
      log_(log),
      config_(std::move(config)),
      counters_(counters),
      name_("server " + std::to_string(config_.peer.value) + " at " + to_string(config_.endpoint)),
      resolver_(io),
      socket_(io),
      timer_(io),
      backoff_(kBackoffMin) {
  dial();
}

PeerLink::~PeerLink() {
  if (connection_) connection_->abandon();
}

void PeerLink::send(std::string_view frame) {
  if (!connection_) {
    ++counters_.unsendable;
    return;
  }
  if (connection_->unsent() > config_.unsent_bytes_max) {
    ++counters_.dropped;
    if (dropped_++ == 0) log_.event(name_ + " is too slow: dropping messages to it");
    return;
  }
  if (dropped_ > 0) {
    log_.event(name_ + " has caught up: " + std::to_string(dropped_) + " messages to it were dropped");
    dropped_ = 0;
  }
  connection_->send(frame);
}

void PeerLink::retry_now() {
  if (waiting_) dial();
}

void PeerLink::dial() {
  waiting_ = false;
  ++attempt_;
  timer_.expires_after(kAttemptMax);
  timer_.async_wait(lifeline_.guard([this, attempt = attempt_](const boost::system::error_code& cancelled) {
    if (!cancelled && attempt == attempt_ && !connection_) on_failed("no answer within a second");
  }));
  const auto service = std::to_string(config_.endpoint.port);
  // The resolver is a thread of its own; an address needs none.
  boost::system::error_code is_name;
  const auto address = boost::asio::ip::make_address(config_.endpoint.host, is_name);
  if (!is_name) {
    return connect(boost::asio::ip::tcp::resolver::results_type::create({address, config_.endpoint.port},
                                                                        config_.endpoint.host, service));
  }
  resolver_.async_resolve(config_.endpoint.host, service, boost::asio::ip::tcp::resolver::numeric_service,
                          lifeline_.guard([this, attempt = attempt_](
                                              const boost::system::error_code& error,
                                              const boost::asio::ip::tcp::resolver::results_type& addresses) {
                            if (attempt != attempt_) return;
                            if (error) return on_failed("its name can't be resolved: " + error.message());
                            connect(addresses);
                          }));
}

void PeerLink::connect(const boost::asio::ip::tcp::resolver::results_type& addresses) {
  boost::asio::async_connect(
      socket_, addresses,
      lifeline_.guard([this, attempt = attempt_](const boost::system::error_code& error,
                                                 const boost::asio::ip::tcp::endpoint&) {
        if (attempt != attempt_) return;
        if (error) return on_failed(error.message());
        on_connected();
      }));
}

void PeerLink::on_connected() {
  timer_.cancel();
  boost::system::error_code ignored;
  set_no_delay(socket_);
  socket_.set_option(UserTimeout(kUnacknowledgedMsMax), ignored);
  if (seen_ != Seen::reachable) log_.event("connected to " + name_);
  seen_ = Seen::reachable;
  connected_at_ = now();
  ++counters_.connects;
  connection_ = std::make_shared<Connection>(std::exchange(socket_, boost::asio::ip::tcp::socket(io_)), turn_,
                                             kAnswerBytesMax);
  connection_->count_in(counters_.traffic);
  connection_->start({
      .frame =
          [this](const wire::Frame&) {
            connection_->close("it answers on a connection that carries no answers");
          },
      .closed =
          [this](Connection::Ended, const std::string& why) {
            connection_.reset();
            if (now() - connected_at_ >= kLasted) backoff_ = kBackoffMin;
            on_failed(why);
          },
  });
  connection_->send(config_.hello);
}

void PeerLink::on_failed(const std::string& why) {
  if (seen_ != Seen::unreachable) log_.event(name_ + " is unreachable: " + why);
  seen_ = Seen::unreachable;
  ++counters_.failures;
  dropped_ = 0;
  boost::system::error_code ignored;
  resolver_.cancel();
  socket_.close(ignored);
  wait_and_dial();
}

void PeerLink::wait_and_dial() {
  waiting_ = true;
  ++attempt_;
  timer_.expires_after(backoff_);
  timer_.async_wait(lifeline_.guard([this, attempt = attempt_](const boost::system::error_code& cancelled) {
    if (!cancelled && attempt == attempt_) dial();
  }));
  backoff_ = std::min(backoff_ * 2, kBackoffMax);
}

}  // namespace net
