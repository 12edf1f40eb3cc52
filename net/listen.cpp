#include "net/listen.hpp"

#include <utility>

namespace net {

base::Error not_loopback(const Endpoint& endpoint) {
  return {to_string(endpoint) +
          " is not a loopback address, and nothing on the wire is encrypted or authenticated: listen on "
          "127.0.0.1 or [::1], or accept the risk with --insecure"};
}

base::Result<boost::asio::ip::tcp::acceptor> listen(boost::asio::io_context& io, const Endpoint& endpoint,
                                                    bool insecure) {
  using boost::asio::ip::tcp;
  const auto name = to_string(endpoint);
  boost::system::error_code error;
  tcp::resolver resolver(io);
  const auto found = resolver.resolve(endpoint.host, std::to_string(endpoint.port),
                                      tcp::resolver::passive | tcp::resolver::numeric_service, error);
  if (error || found.empty()) return base::Error{"can't resolve " + name + ": " + error.message()};
  const auto address = found.begin()->endpoint();
  if (!insecure && !address.address().is_loopback()) return not_loopback(endpoint);
  tcp::acceptor acceptor(io);
  acceptor.open(address.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(address, error);
  if (!error) acceptor.listen(boost::asio::socket_base::max_listen_connections, error);
  if (error) return base::Error{"can't listen on " + name + ": " + error.message()};
  return acceptor;
}

}  // namespace net
