#include "net/join.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <random>
#include <utility>

#include "core/base/duration.hpp"
#include "net/client_driver.hpp"

namespace net {

namespace {

constexpr base::Duration kProgressEvery = std::chrono::seconds(5);

client::Config config_of(const std::vector<std::string>& endpoints) {
  client::Config config;
  config.endpoints = endpoints;
  config.who = "lockd";
  config.seed = std::random_device()();
  return config;
}

// Until `over` has gone; `tick` is called every while.
class Progress {
 public:
  Progress(boost::asio::io_context& io, std::function<void()> tick) : timer_(io), tick_(std::move(tick)) {
    arm();
  }

 private:
  void arm() {
    timer_.expires_after(kProgressEvery);
    timer_.async_wait([this](const boost::system::error_code& cancelled) {
      if (cancelled) return;
      tick_();
      arm();
    });
  }
  boost::asio::steady_timer timer_;
  std::function<void()> tick_;
};

// What was answered; nothing: no answer in time, or none that is known.
std::optional<lock::Reply> ask(const std::vector<std::string>& endpoints, client::Question question,
                               base::Duration within, const std::function<void()>& tick) {
  boost::asio::io_context io(1);
  std::optional<lock::Reply> reply;
  ClientDriver driver(io, config_of(endpoints));
  const Progress progress(io, tick);
  driver.begin(std::move(question), within, [&](const client::Finished& finished) {
    if (const auto* answered = std::get_if<lock::Reply>(&finished.outcome)) reply = *answered;
    io.stop();
  });
  io.run();
  return reply;
}

std::string in_one_line(const std::vector<std::string>& endpoints) {
  std::string line;
  for (const auto& endpoint : endpoints) line += (line.empty() ? "" : ", ") + endpoint;
  return line;
}

}  // namespace

JoinAnswer ask_to_join(const Log& log, const std::vector<std::string>& endpoints,
                       const lock::AddMember& request, base::Duration within) {
  const auto until = now() + within;
  const auto reply = ask(endpoints, lock::Admin(request), within, [&] {
    const auto left = std::chrono::round<std::chrono::seconds>(std::max(until - now(), base::Duration()));
    log.event("asking to join: no leader of the cluster answers at " + in_one_line(endpoints) +
              " yet; trying for another " + base::format_duration(left));
  });
  if (!reply) return NoAnswer{};
  if (const auto* added = std::get_if<lock::MemberAdded>(&*reply)) return *added;
  if (const auto* refused = std::get_if<lock::Refused>(&*reply)) return JoinRefused{refused->why};
  return JoinRefused{std::string("an answer of another kind: ") + lock::name_of(*reply)};
}

std::optional<base::ClusterId> cluster_at(const std::vector<std::string>& endpoints, base::Duration within) {
  const auto reply = ask(endpoints, lock::Query(lock::GetHealth{}), within, [] {});
  const auto* health = reply ? std::get_if<lock::Health>(&*reply) : nullptr;
  return health ? std::optional(base::ClusterId(health->cluster)) : std::nullopt;
}

}  // namespace net
