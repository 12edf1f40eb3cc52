// Opens the port that a server listens on.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "core/base/result.hpp"
#include "net/endpoint.hpp"

namespace net {

// The first address that the host resolves to. Any but a loopback address is refused unless `insecure`:
// nothing on the wire is encrypted or authenticated.
base::Result<boost::asio::ip::tcp::acceptor> listen(boost::asio::io_context& io, const Endpoint& endpoint,
                                                    bool insecure);

}  // namespace net
