// Opens the port that a server listens on.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "core/base/result.hpp"
#include "net/endpoint.hpp"

namespace net {

// What is wrong with any other address, unless the operator takes it upon himself.
base::Error not_loopback(const Endpoint& endpoint);

// The first address that the host resolves to, where it is loopback or `insecure`.
base::Result<boost::asio::ip::tcp::acceptor> listen(boost::asio::io_context& io, const Endpoint& endpoint,
                                                    bool insecure);

}  // namespace net
