#include "net/run_server.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <cstdio>
#include <random>
#include <sys/resource.h>
#include <utility>

#include "net/end_on_bug.hpp"
#include "net/listen.hpp"
#include "net/server_process.hpp"

namespace net {

namespace {

// A connection needs a descriptor, and the usual soft limit of 1,024 is for programs that use select(2).
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

std::uint64_t random_seed() {
  std::random_device device;
  return std::uint64_t{device()} << 32 | device();
}

std::string in_hex(std::uint64_t value) {
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(value));
  return text;
}

std::string serving_line(const store::Identity& identity, const ServeOptions& options) {
  return "serving on " + to_string(options.listen) + ", cluster " + in_hex(identity.cluster.value) +
         ", known as " + identity.address + ", data in " + options.data;
}

// Whoever asked for the removal hears the answer, and the others what this server still had to say.
constexpr base::Duration kAnswersOn = std::chrono::milliseconds(500);

// From the first signal, or the removal, to the end.
class Ending {
 public:
  Ending(boost::asio::io_context& io, const Log& log, End& end)
      : io_(io), log_(log), end_(end), signals_(io, SIGINT, SIGTERM), answers_on_(io) {}

  void watch(ServerProcess& server) {
    server_ = &server;
    await_signal();
  }
  void failed(const store::Failure& failure) {
    end_ = failure;
    io_.stop();
  }
  // From within the server, which goes on for a moment.
  void removed() {
    answers_on_.expires_after(kAnswersOn);
    answers_on_.async_wait([this](const boost::system::error_code& cancelled) {
      if (cancelled) return;
      end_ = Removed{};
      stop();
    });
  }

 private:
  // The second one doesn't wait for a successor.
  void await_signal() {
    signals_.async_wait([this](const boost::system::error_code& cancelled, int) {
      if (cancelled) return;
      if (std::exchange(signalled_, true)) return stop();
      log_.event("stopping");
      await_signal();
      server_->retire([this] { stop(); });
    });
  }
  void stop() {
    boost::asio::post(io_, [this] {
      server_->stop();
      io_.stop();
    });
  }

  boost::asio::io_context& io_;
  const Log& log_;
  End& end_;
  boost::asio::signal_set signals_;
  boost::asio::steady_timer answers_on_;
  ServerProcess* server_ = nullptr;
  bool signalled_ = false;
};

}  // namespace

base::Status check_allowed(const Endpoint& endpoint, bool insecure) {
  boost::asio::io_context io;
  boost::asio::ip::tcp::resolver resolver(io);
  boost::system::error_code error;
  const auto found = resolver.resolve(endpoint.host, std::to_string(endpoint.port),
                                      boost::asio::ip::tcp::resolver::numeric_service, error);
  const bool other = !error && !found.empty() && !found.begin()->endpoint().address().is_loopback();
  if (other && !insecure) return not_loopback(endpoint);
  return base::Done{};
}

base::Status check_listen(const Endpoint& endpoint, bool insecure) {
  boost::asio::io_context io;
  auto acceptor = listen(io, endpoint, insecure);
  if (!acceptor) return acceptor.failure();
  return base::Done{};
}

End run_server(const Log& log, std::unique_ptr<store::Store> store, const ServeOptions& options) {
  raise_descriptor_limit();
  // A log that nobody reads any more is no reason to end.
  std::signal(SIGPIPE, SIG_IGN);
  const auto identity = store->identity();
  auto recovered = node::recovered(store->recover(), {});
  if (!recovered)
    return store::Failure{store::Fault::damaged, options.data + ": its snapshot: " + recovered.error()};
  boost::asio::io_context io(1);
  auto acceptor = listen(io, options.listen, options.insecure);
  if (!acceptor) return CannotListen{acceptor.error()};

  End end = Stopped{};
  end_on_bug([&] {
    Ending ending(io, log, end);
    ServerProcess server(io, log, std::move(acceptor).value(), std::move(store), std::move(recovered).value(),
                         {.tuning = options.tuning,
                          .snapshots = options.snapshots,
                          .limits = {},
                          .guests = {},
                          .seed = random_seed()},
                         {.failed = [&](const store::Failure& failure) { ending.failed(failure); },
                          .removed = [&] { ending.removed(); }});
    ending.watch(server);
    log.event(serving_line(identity, options));
    io.run();
  });
  return end;
}

}  // namespace net
