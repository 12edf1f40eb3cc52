// When the host runs next: at the end of this turn of the event loop, or at an instant.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <optional>

#include "core/host/ports.hpp"
#include "net/lifeline.hpp"

namespace net {

class Wakeups final : public host::Wakeups {
 public:
  Wakeups(boost::asio::io_context& io, std::function<void()> run);

  void soon() override;
  void at(host::Instant when) override;

 private:
  void arm(host::Instant when);
  void on_timer();

  boost::asio::io_context& io_;
  std::function<void()> run_;
  bool asked_ = false;
  boost::asio::steady_timer timer_;
  std::optional<host::Instant> wanted_;
  std::optional<host::Instant> armed_for_;
  Lifeline lifeline_;
};

}  // namespace net
