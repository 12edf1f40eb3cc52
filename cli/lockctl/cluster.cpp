#include "cli/lockctl/cluster.hpp"

#include <boost/asio/io_context.hpp>
#include <random>
#include <unistd.h>

namespace lockctl {
namespace {

client::Config config_of(const std::vector<std::string>& endpoints, lock::Millis session_ttl,
                         const std::string& doing) {
  char host[65] = "?";
  ::gethostname(host, sizeof host - 1);
  client::Config config;
  config.endpoints = endpoints;
  config.session_ttl = session_ttl;
  config.who = (std::string(host) + ":" + std::to_string(::getpid()) + " " + doing)
                   .substr(0, lock::Limits().text_bytes);
  std::random_device random;
  config.seed = (std::uint64_t{random()} << 32) | random();
  return config;
}

}  // namespace

Cluster::Cluster(std::vector<std::string> endpoints, lock::Millis session_ttl, const std::string& doing)
    : io_(std::make_unique<boost::asio::io_context>(1)),
      endpoints_(std::move(endpoints)),
      driver_(*io_, config_of(endpoints_, session_ttl, doing)) {}

Cluster::~Cluster() = default;

client::Finished Cluster::ask(client::Question question, std::optional<base::Duration> within,
                              lock::Consistency consistency) {
  std::optional<client::Finished> answer;
  driver_.begin(
      std::move(question), within, [&](const client::Finished& finished) { answer = finished; }, {},
      consistency);
  while (!answer) {
    if (io_->stopped()) io_->restart();
    io_->run_one();
  }
  return *answer;
}

void Cluster::close() {
  using namespace std::chrono_literals;
  if (driver_.session()) ask(client::CloseSession{}, 500ms);
}

}  // namespace lockctl
