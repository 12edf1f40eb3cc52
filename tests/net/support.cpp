#include "tests/net/support.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

#include "net/listen.hpp"

namespace testing_net {

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "lockd-test-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::filesystem::remove_all(path_);
}

net::Log::Sink Lines::sink() {
  return [this](std::string_view line) {
    const std::lock_guard lock(mutex_);
    lines_.emplace_back(line);
    added_.notify_all();
  };
}

bool Lines::wait_for(const std::string& text, std::size_t times) {
  std::unique_lock lock(mutex_);
  return added_.wait_for(lock, kPatience, [&] { return count_locked(text) >= times; });
}

std::size_t Lines::count(const std::string& text) const {
  const std::lock_guard lock(mutex_);
  return count_locked(text);
}

std::size_t Lines::count_locked(const std::string& text) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(lines_, [&](const auto& line) { return line.find(text) != std::string::npos; }));
}

Loop::Loop() : work_(io_.get_executor()), thread_([this] { io_.run(); }) {}

Loop::~Loop() {
  io_.stop();
  thread_.join();
}

Cluster::Cluster(std::size_t servers, net::ServerLimits limits) : limits_(limits) {
  const auto address = own_loopback_address();
  for (std::size_t i = 0; i < servers; ++i) {
    members_.push_back({address, static_cast<std::uint16_t>(7101 + i)});
    identity_.members.push_back(to_string(members_.back()));
  }
  identity_.cluster = base::ClusterId(7);
  for (std::size_t i = 0; i < servers; ++i) start(i);
}

Cluster::~Cluster() {
  loop_.run([this] { servers_.clear(); });
}

void Cluster::start(std::size_t server) {
  identity_.node = base::NodeId(server + 1);
  const bool exists = store::Store::exists(folder(server));
  auto opened = exists ? store::Store::open(folder(server)) : store::Store::create(folder(server), identity_);
  if (const auto* failure = std::get_if<store::Failure>(&opened)) throw std::runtime_error(failure->message);
  auto& log = logs_[server];
  log = std::make_unique<net::Log>("lockd[" + std::to_string(server + 1) + "]", net::Verbosity::details,
                                   lines_.sink());
  loop_.run([&] {
    auto acceptor = net::listen(loop_.io(), members_[server], false);
    if (!acceptor) throw std::runtime_error(acceptor.error());
    servers_[server] = std::make_unique<net::ServerProcess>(
        loop_.io(), *log, std::move(acceptor).value(),
        std::get<std::unique_ptr<store::Store>>(std::move(opened)),
        net::ServerProcess::Config{.members = members_, .tuning = {}, .limits = limits_, .seed = server + 1},
        [](const store::Failure& failure) { ADD_FAILURE() << failure.message; });
  });
}

void Cluster::kill(std::size_t server) {
  loop_.run([&] { servers_.erase(server); });
}

void Cluster::stop(std::size_t server) {
  loop_.run([&] { servers_.at(server)->stop(); });
  kill(server);
}

RawClient::RawClient(const net::Endpoint& to) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  const timeval patience{.tv_sec = std::chrono::seconds(kPatience).count(), .tv_usec = 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(to.port);
  ::inet_pton(AF_INET, to.host.c_str(), &address.sin_addr);
  // A refused connection looks like one that was closed at once.
  [[maybe_unused]] const auto ignored =
      ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address);
}

RawClient::~RawClient() {
  ::close(socket_);
}

void RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void RawClient::say_hello() {
  send(wire::encode_frame(wire::FrameType::client_hello, {}));
}

std::optional<wire::Frame> RawClient::receive() {
  for (;;) {
    auto frame = reader_.next();
    if (!frame) return std::nullopt;
    if (frame.value()) return frame.value();
    char bytes[64 * 1024];
    const auto got = ::recv(socket_, bytes, sizeof bytes, 0);
    if (got <= 0) return std::nullopt;
    reader_.feed({bytes, static_cast<std::size_t>(got)});
  }
}

bool RawClient::is_closed() {
  char bytes[4096];
  for (;;) {
    const auto got = ::recv(socket_, bytes, sizeof bytes, 0);
    if (got == 0 || (got < 0 && errno != EAGAIN)) return true;
    if (got < 0) return false;
  }
}

std::optional<lock::Reply> RawClient::ask(const lock::Request& request) {
  const auto call = ++call_;
  send(wire::encode_frame(wire::FrameType::request, wire::encode(wire::ClientRequest{call, request})));
  while (auto frame = receive()) {
    if (frame->type != wire::FrameType::reply) continue;
    auto reply = wire::decode_reply(frame->payload);
    if (!reply) return std::nullopt;
    if (reply->call == call && !lock::is_interim(reply->reply)) return reply->reply;
  }
  return std::nullopt;
}

std::optional<lock::Reply> ask_leader(const Cluster& cluster, std::vector<std::size_t> servers,
                                      const lock::Request& request) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < end) {
    for (const auto server : servers) {
      RawClient client(cluster.endpoint(server));
      client.say_hello();
      const auto reply = client.ask(request);
      if (reply && !std::holds_alternative<lock::NotLeader>(*reply) &&
          !std::holds_alternative<lock::LeadershipLost>(*reply)) {
        return reply;
      }
    }
  }
  return std::nullopt;
}

}  // namespace testing_net
