#include "cli/lockctl/signals.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>

namespace lockctl {

struct Signals::Impl : std::enable_shared_from_this<Impl> {
  explicit Impl(boost::asio::io_context& io) : set(io) {}

  void await() {
    set.async_wait([self = shared_from_this()](const boost::system::error_code& error, int signal) {
      if (error) return;
      if (self->on_signal) self->on_signal(signal);
      self->await();
    });
  }

  boost::asio::signal_set set;
  OnSignal on_signal;
};

Signals::Signals(boost::asio::io_context& io, const std::vector<int>& signals, OnSignal on_signal)
    : impl_(std::make_shared<Impl>(io)) {
  impl_->on_signal = std::move(on_signal);
  for (const int signal : signals) {
    struct sigaction now {};
    if (::sigaction(signal, nullptr, &now) == 0 && now.sa_handler == SIG_IGN) continue;
    impl_->set.add(signal);
  }
  impl_->await();
}

Signals::~Signals() {
  impl_->on_signal = nullptr;
  boost::system::error_code ignored;
  impl_->set.cancel(ignored);
}

void Signals::handle(OnSignal on_signal) {
  impl_->on_signal = std::move(on_signal);
}

}  // namespace lockctl
