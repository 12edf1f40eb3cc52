#include "tests/net/support.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <stdexcept>
#include <sys/socket.h>
#include <thread>
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

// Ports 7101 to 7109; the first so many make the cluster.
Cluster::Cluster(std::size_t servers, net::ServerLimits limits) : limits_(limits) {
  const auto address = own_loopback_address();
  for (std::uint16_t port = 7101; port <= 7109; ++port) {
    members_.push_back({address, port});
    addresses_.push_back(to_string(members_.back()));
  }
  bootstrap_ =
      raft::bootstrap(servers, {addresses_.begin(), addresses_.begin() + static_cast<long>(servers)});
  for (std::size_t i = 0; i < servers; ++i) start(i);
}

Cluster::~Cluster() {
  loop_.run([this] { servers_.clear(); });
}

std::unique_ptr<store::Store> Cluster::open(std::size_t server) {
  const store::Identity identity{base::ClusterId(7), base::NodeId(server + 1), addresses_.at(server)};
  const bool founds = bootstrap_.find(identity.node) != nullptr;
  auto opened =
      store::Store::exists(folder(server))
          ? store::Store::open(folder(server))
          : store::Store::create(folder(server), identity, founds ? bootstrap_ : raft::Configuration{});
  if (const auto* failure = std::get_if<store::Failure>(&opened)) throw std::runtime_error(failure->message);
  return std::get<std::unique_ptr<store::Store>>(std::move(opened));
}

void Cluster::start(std::size_t server) {
  auto store = open(server);
  auto recovered = node::recovered(store->recover(), {});
  if (!recovered) throw std::runtime_error(recovered.error());
  auto& log = logs_[server];
  log = std::make_unique<net::Log>("lockd[" + std::to_string(server + 1) + "]", net::Verbosity::details,
                                   lines_.sink());
  loop_.run([&] {
    auto acceptor = net::listen(loop_.io(), members_[server], false);
    if (!acceptor) throw std::runtime_error(acceptor.error());
    servers_[server] = std::make_unique<net::ServerProcess>(
        loop_.io(), *log, std::move(acceptor).value(), std::move(store), std::move(recovered).value(),
        net::ServerProcess::Config{
            .tuning = {}, .snapshots = {}, .limits = limits_, .guests = {}, .seed = server + 1},
        net::ServerProcess::Handlers{
            .failed = [](const store::Failure& failure) { ADD_FAILURE() << failure.message; },
            .removed = [&log = *log] { log.event("removed"); }});
  });
}

void Cluster::join(std::size_t server) {
  std::vector<std::size_t> others;
  for (std::size_t i = 0; i < server; ++i) others.push_back(i);
  const auto reply = ask_leader(
      *this, others,
      lock::Admin(lock::AddMember{
          .address = addresses_.at(server), .incarnation = server + 1000, .promote = true, .priority = 1}));
  const auto* added = reply ? std::get_if<lock::MemberAdded>(&*reply) : nullptr;
  if (!added || added->id.value != server + 1) throw std::runtime_error("not added");
  start(server);
}

void Cluster::retire(std::size_t server) {
  std::promise<void> ready;
  loop_.run([&] { servers_.at(server)->retire([&] { ready.set_value(); }); });
  ready.get_future().get();
}

bool Cluster::leads(std::size_t server) {
  bool leads = false;
  loop_.run([&] { leads = servers_.at(server)->host().node().raft().is_leader(); });
  return leads;
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
  send(wire::encode_frame(wire::FrameType::request,
                          wire::encode(wire::ClientRequest{call, lock::Consistency::linearizable, request})));
  while (auto frame = receive()) {
    if (frame->type != wire::FrameType::reply) continue;
    auto reply = wire::decode_reply(frame->payload);
    if (!reply) return std::nullopt;
    if (reply->call == call && !lock::is_interim(reply->reply)) return reply->reply;
  }
  return std::nullopt;
}

std::optional<lock::Reply> RawClient::ask_at(const net::Endpoint& to, const lock::Request& request) {
  RawClient client(to);
  client.say_hello();
  return client.ask(request);
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
    // Who asks without a pause takes the processor from those who are to elect.
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return std::nullopt;
}

}  // namespace testing_net
