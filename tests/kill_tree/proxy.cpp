#include "proxy.hpp"

#include <array>
#include <boost/asio/write.hpp>

namespace kill_tree {

using boost::asio::ip::tcp;

namespace {

struct Pair : std::enable_shared_from_this<Pair> {
  Pair(boost::asio::io_context& io, std::shared_ptr<Cut> cut_) : near(io), far(io), cut(std::move(cut_)) {}

  void pump(tcp::socket& from, tcp::socket& to, std::array<char, 16'384>& buffer, bool Cut::*lost) {
    from.async_read_some(boost::asio::buffer(buffer), [this, self = shared_from_this(), &from, &to, &buffer,
                                                       lost](auto error, auto size) {
      if (error) return close();
      if ((*cut).*lost) return pump(from, to, buffer, lost);
      boost::asio::async_write(to, boost::asio::buffer(buffer, size),
                               [this, self, &from, &to, &buffer, lost](auto failed, auto) {
                                 if (failed) return close();
                                 pump(from, to, buffer, lost);
                               });
    });
  }

  void close() {
    boost::system::error_code ignored;
    near.close(ignored);
    far.close(ignored);
  }

  tcp::socket near, far;
  std::shared_ptr<Cut> cut;
  std::array<char, 16'384> up, down;
};

}  // namespace

Proxy::Proxy(boost::asio::io_context& io, const std::string& to)
    : io_(io), acceptor_(io, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)) {
  const auto colon = to.rfind(':');
  to_ = {boost::asio::ip::make_address(to.substr(0, colon)),
         static_cast<std::uint16_t>(std::stoi(to.substr(colon + 1)))};
  accept();
}

Proxy::~Proxy() {
  boost::system::error_code ignored;
  acceptor_.close(ignored);
}

std::string Proxy::endpoint() const {
  return "127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
}

void Proxy::accept() {
  auto pair = std::make_shared<Pair>(io_, cut_);
  acceptor_.async_accept(pair->near, [this, pair](const boost::system::error_code& error) {
    if (error) return;
    pair->far.async_connect(to_, [pair](const boost::system::error_code& failed) {
      if (failed) return pair->close();
      pair->pump(pair->near, pair->far, pair->up, &Cut::requests);
      pair->pump(pair->far, pair->near, pair->down, &Cut::replies);
    });
    accept();
  });
}

}  // namespace kill_tree
