#include "net/run_server.hpp"

#include <boost/asio/signal_set.hpp>
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
  return "serving on " + to_string(options.listen) + ", cluster " + in_hex(identity.cluster.value) + " of " +
         std::to_string(identity.members.size()) + ", data in " + options.data;
}

base::Result<std::vector<Endpoint>> endpoints_of(const std::vector<std::string>& members) {
  std::vector<Endpoint> endpoints;
  for (const auto& member : members) {
    auto endpoint = parse_endpoint(member);
    if (!endpoint) return endpoint.failure();
    endpoints.push_back(std::move(endpoint).value());
  }
  return endpoints;
}

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
  auto members = endpoints_of(identity.members);
  if (!members)
    return store::Failure{store::Fault::damaged, "the store's list of members: " + members.error()};
  boost::asio::io_context io(1);
  auto acceptor = listen(io, options.listen, options.insecure);
  if (!acceptor) return CannotListen{acceptor.error()};

  End end = Stopped{};
  end_on_bug([&] {
    ServerProcess server(io, log, std::move(acceptor).value(), std::move(store),
                         {.members = std::move(members).value(),
                          .tuning = options.tuning,
                          .limits = {},
                          .seed = random_seed()},
                         [&](const store::Failure& failure) {
                           end = failure;
                           io.stop();
                         });
    boost::asio::signal_set signals(io, SIGINT, SIGTERM);
    signals.async_wait([&](const boost::system::error_code& cancelled, int) {
      if (cancelled) return;
      log.event("stopping");
      server.stop();
      io.stop();
    });
    log.event(serving_line(identity, options));
    io.run();
  });
  return end;
}

}  // namespace net
