// Real servers on real sockets inside the test program, and a client that can also say what no client should.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <condition_variable>
#include <filesystem>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/store/store.hpp"
#include "core/wire/codec.hpp"
#include "core/wire/frame.hpp"
#include "net/log.hpp"
#include "net/server_process.hpp"
#include "tests/net/loopback.hpp"

namespace testing_net {

// Nothing in these tests takes longer on a healthy machine.
constexpr auto kPatience = std::chrono::seconds(20);

class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

// What the servers log, from any thread.
class Lines {
 public:
  net::Log::Sink sink();
  // Whether a line with this text has come so many times, waiting for it.
  bool wait_for(const std::string& text, std::size_t times = 1);
  std::size_t count(const std::string& text) const;

 private:
  std::size_t count_locked(const std::string& text) const;

  mutable std::mutex mutex_;
  std::condition_variable added_;
  std::vector<std::string> lines_;
};

// An event loop on a thread of its own.
class Loop {
 public:
  Loop();
  ~Loop();

  boost::asio::io_context& io() { return io_; }
  // Runs f there and waits for it.
  template <class F>
  void run(F f) {
    std::packaged_task<void()> task(std::move(f));
    auto done = task.get_future();
    boost::asio::post(io_, [&task] { task(); });
    done.get();
  }

 private:
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::thread thread_;
};

// A whole cluster on one event loop.
class Cluster {
 public:
  explicit Cluster(std::size_t servers, net::ServerLimits limits = {});
  ~Cluster();

  void start(std::size_t server);
  // As by a crash of the process.
  void kill(std::size_t server);
  void stop(std::size_t server);
  // One more, which has learnt its id from the others and knows nothing else.
  void join(std::size_t server);
  // Leaves it to hand leadership over first; waits for that.
  void retire(std::size_t server);
  bool leads(std::size_t server);

  net::Endpoint endpoint(std::size_t server) const { return members_.at(server); }
  const std::vector<std::string>& addresses() const { return addresses_; }
  Lines& lines() { return lines_; }

 private:
  std::string folder(std::size_t server) const { return temporary_ / std::to_string(server + 1); }
  std::unique_ptr<store::Store> open(std::size_t server);

  TemporaryFolder temporary_;
  net::ServerLimits limits_;
  std::vector<net::Endpoint> members_;
  std::vector<std::string> addresses_;  // of the same
  raft::Configuration bootstrap_;
  Lines lines_;
  Loop loop_;
  std::map<std::size_t, std::unique_ptr<net::Log>> logs_;
  std::map<std::size_t, std::unique_ptr<net::ServerProcess>> servers_;
};

// A blocking socket.
class RawClient {
 public:
  explicit RawClient(const net::Endpoint& to);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  void send(std::string_view bytes);
  void say_hello();
  // The next whole frame; nothing: the server closed the connection, or said nothing for kPatience.
  std::optional<wire::Frame> receive();
  // The server has closed, after whatever it still said.
  bool is_closed();

  // The final answer to a request; nothing where the connection ended before it.
  std::optional<lock::Reply> ask(const lock::Request& request);
  // What this server itself says of it.
  static std::optional<lock::Reply> ask_at(const net::Endpoint& to, const lock::Request& request);

 private:
  int socket_;
  wire::FrameReader reader_;
  std::uint64_t call_ = 0;
};

// Asks every server in turn until one that leads answers.
std::optional<lock::Reply> ask_leader(const Cluster& cluster, std::vector<std::size_t> servers,
                                      const lock::Request& request);

}  // namespace testing_net
