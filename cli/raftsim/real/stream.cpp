#include "cli/raftsim/real/stream.hpp"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <random>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace real {

namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int make_socket() {
  return ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

bool bind_to(int fd, std::uint16_t port) {
  const auto address = loopback(port);
  return ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

}  // namespace

Stream::Stream(Poller& poller, int fd, Handlers handlers)
    : poller_(poller), fd_(fd), handlers_(std::move(handlers)) {
  const int yes = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  poller_.watch(fd_, *this);
}

Stream::~Stream() {
  close();
}

void Stream::close() {
  if (fd_ < 0) return;
  poller_.forget(fd_);
  ::close(std::exchange(fd_, -1));
}

void Stream::write(std::string_view bytes) {
  if (fd_ < 0) return;
  unsent_ += bytes;
  writable();
}

void Stream::writable() {
  while (fd_ >= 0 && !unsent_.empty()) {
    const auto sent = ::send(fd_, unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    // What is wrong with it is told to whoever reads.
    if (sent < 0) break;
    unsent_.erase(0, static_cast<std::size_t>(sent));
  }
  if (fd_ >= 0) poller_.watch(fd_, *this, !unsent_.empty());
}

void Stream::readable() {
  std::array<char, 65'536> chunk;
  const auto got = ::recv(fd_, chunk.data(), chunk.size(), 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got > 0) {
    const auto data = handlers_.data;
    return data(std::string(chunk.data(), static_cast<std::size_t>(got)));
  }
  close();
  const auto closed = handlers_.closed;
  closed();
}

int dial(std::uint16_t port) {
  const int fd = make_socket();
  if (fd < 0) return -1;
  const auto address = loopback(port);
  const int code = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  if (code == 0 || errno == EINPROGRESS) return fd;
  ::close(fd);
  return -1;
}

Listener::Listener(Poller& poller, std::function<void(int)> accepted)
    : poller_(poller), accepted_(std::move(accepted)), fd_(make_socket()) {
  auto address = loopback(0);
  socklen_t size = sizeof address;
  const bool listens = fd_ >= 0 && bind_to(fd_, 0) && ::listen(fd_, 128) == 0 &&
                       ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  if (!listens) throw std::runtime_error("no port of 127.0.0.1 can be listened on");
  port_ = ntohs(address.sin_port);
  poller_.watch(fd_, *this);
}

Listener::~Listener() {
  poller_.forget(fd_);
  ::close(fd_);
}

void Listener::readable() {
  const int fd = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd >= 0) accepted_(fd);
}

std::uint16_t free_port() {
  std::random_device random;
  std::uniform_int_distribution<int> any(20'000, 31'999);
  for (int tries = 0; tries < 1000; ++tries) {
    const auto port = static_cast<std::uint16_t>(any(random));
    const int fd = make_socket();
    const bool free = fd >= 0 && bind_to(fd, port);
    if (fd >= 0) ::close(fd);
    if (free) return port;
  }
  throw std::runtime_error("no port of 127.0.0.1 between 20000 and 31999 is free");
}

}  // namespace real
