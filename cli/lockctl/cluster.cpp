#include "cli/lockctl/cluster.hpp"

#include <boost/asio/io_context.hpp>
#include <charconv>
#include <cstdlib>
#include <random>
#include <string_view>
#include <unistd.h>

#include "cli/lockctl/endpoints.hpp"

namespace lockctl {
namespace {

// Only against the servers that gave that session: elsewhere its number is another's.
lock::SessionId parent_of(const std::vector<std::string>& endpoints) {
  const char* session = std::getenv("LOCKD_SESSION");
  const char* servers = std::getenv("LOCKD_ENDPOINTS");
  std::uint64_t id = 0;
  if (session && servers && join(endpoints, ",") == servers) {
    const std::string_view text = session;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (error != std::errc() || end != text.data() + text.size()) id = 0;
  }
  return lock::SessionId(id);
}

client::Config config_of(const std::vector<std::string>& endpoints, lock::Millis session_ttl,
                         const std::string& doing) {
  char host[65] = "?";
  ::gethostname(host, sizeof host - 1);
  client::Config config;
  config.endpoints = endpoints;
  config.session_ttl = session_ttl;
  config.who = (std::string(host) + ":" + std::to_string(::getpid()) + " " + doing)
                   .substr(0, lock::Limits().text_bytes);
  config.parent = parent_of(endpoints);
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

client::CallId Cluster::begin(client::Question question, std::optional<base::Duration> within,
                              net::ClientDriver::OnFinished finished, net::ClientDriver::OnProgress progress,
                              lock::Consistency consistency, net::ClientDriver::OnNoticed noticed) {
  auto asked = question;
  const auto begun = seen_.begun(question);
  const bool stale = std::holds_alternative<lock::Query>(question) && consistency == lock::Consistency::stale;
  return driver_.begin(
      std::move(question), within,
      [this, asked = std::move(asked), begun, stale,
       finished = std::move(finished)](const client::Finished& answer) {
        const auto* reply = std::get_if<lock::Reply>(&answer.outcome);
        const auto* granted = reply ? std::get_if<lock::Granted>(reply) : nullptr;
        if (!stale) {
          seen_.finished(asked, begun, answer,
                         granted ? driver_.hold_deadline(granted->ends_by) : std::nullopt);
        }
        finished(answer);
      },
      std::move(progress), consistency, std::move(noticed));
}

client::Finished Cluster::ask(client::Question question, std::optional<base::Duration> within,
                              lock::Consistency consistency) {
  std::optional<client::Finished> answer;
  begin(
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
