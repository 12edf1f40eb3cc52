#include "cli/lockctl/red.hpp"

#include <algorithm>
#include <functional>
#include <random>
#include <unistd.h>

#include "net/endpoint.hpp"

namespace lockctl {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t kClockErrorPpm = client::Config{}.clock_error_ppm;
constexpr base::Duration kClosingMax = 500ms;

client::Config config_of(const std::vector<std::string>& endpoints, lock::Millis ttl,
                         const std::string& doing) {
  char host[65] = "?";
  ::gethostname(host, sizeof host - 1);
  client::Config config;
  config.endpoints = endpoints;
  config.session_ttl = ttl;
  config.who = (std::string(host) + ":" + std::to_string(::getpid()) + " " + doing)
                   .substr(0, lock::Limits().text_bytes);
  std::random_device random;
  config.seed = (std::uint64_t{random()} << 32) | random();
  return config;
}

}  // namespace

base::Result<std::vector<std::vector<std::string>>> parse_clusters(const std::string& endpoints) {
  std::vector<std::vector<std::string>> clusters;
  for (std::size_t from = 0; from <= endpoints.size();) {
    const auto to = std::min(endpoints.find(';', from), endpoints.size());
    const auto parsed = net::parse_endpoints(endpoints.substr(from, to - from));
    if (!parsed) return base::Error{"--endpoints: " + parsed.error()};
    auto& cluster = clusters.emplace_back();
    for (const auto& endpoint : parsed.value()) cluster.push_back(net::to_string(endpoint));
    from = to + 1;
  }
  for (std::size_t i = 0; i < clusters.size(); ++i) {
    for (const auto& endpoint : clusters[i]) {
      for (std::size_t k = 0; k < i; ++k) {
        if (std::ranges::find(clusters[k], endpoint) == clusters[k].end()) continue;
        return base::Error{
            "--endpoints: " + endpoint +
            " is in two clusters: a majority counts for something only where they are independent"};
      }
    }
  }
  if (clusters.size() < 2) {
    return base::Error{
        "--red wants several clusters, with `;` between them: --endpoints 'a:7400,b:7400;c:7400;d:7400'"};
  }
  return clusters;
}

base::Duration red_validity(lock::Millis ttl, base::Duration elapsed, std::uint32_t clock_error_ppm) {
  // A millisecond has as many nanoseconds as a whole has parts per million.
  const base::Duration drift(std::int64_t{2} * clock_error_ppm * ttl.count());
  return base::Duration(ttl) - elapsed - drift - 2ms;
}

Red::Red(boost::asio::io_context& io, const std::vector<std::vector<std::string>>& clusters,
         const lock::Acquire& request, lock::Millis ttl, const std::string& doing)
    : members_(clusters.size()), request_(request), ttl_(ttl) {
  request_.wait = false;
  for (std::size_t i = 0; i < clusters.size(); ++i) {
    auto& member = members_[i];
    member.endpoints = clusters[i];
    member.heard = net::now();
    member.driver = std::make_unique<net::ClientDriver>(io, config_of(clusters[i], ttl, doing));
    member.driver->on_lost([&member](lock::Token token, const std::string&) {
      member.lost = member.lost || token == member.token;
    });
  }
}

void Red::begin_try() {
  begun_ = net::now();
  for (auto& member : members_) {
    member.asked = Asked::asked;
    member.lost = false;
    ++member.busy;
    // A cluster that is away must not eat up the lease of the others.
    member.call = member.driver->begin(
        lock::Operation(request_), base::Duration(ttl_) / 4,
        [this, &member](const client::Finished& finished) { answered(member, finished); });
  }
}

void Red::answered(Member& member, const client::Finished& finished) {
  --member.busy;
  const auto* reply = std::get_if<lock::Reply>(&finished.outcome);
  if (reply) member.heard = net::now();
  const auto* granted = reply ? std::get_if<lock::Granted>(reply) : nullptr;
  member.asked = granted ? Asked::granted : Asked::refused;
  if (granted) member.token = granted->token;
}

std::size_t Red::granted() const {
  return static_cast<std::size_t>(std::count_if(members_.begin(), members_.end(),
                                                [](const Member& m) { return m.asked == Asked::granted; }));
}

std::size_t Red::answered() const {
  return members_.size() - silent().size();
}

base::Duration Red::silent_for() const {
  std::vector<base::Instant> heard;
  for (const auto& member : members_) heard.push_back(member.heard);
  std::ranges::sort(heard, std::greater());
  return net::now() - heard[majority() - 1];
}

std::vector<std::vector<std::string>> Red::silent() const {
  std::vector<std::vector<std::string>> endpoints;
  for (const auto& member : members_) {
    if (member.heard <= begun_) endpoints.push_back(member.endpoints);
  }
  return endpoints;
}

bool Red::decided() const {
  const auto refused = static_cast<std::size_t>(std::count_if(
      members_.begin(), members_.end(), [](const Member& m) { return m.asked == Asked::refused; }));
  return granted() >= majority() || refused > members_.size() - majority();
}

base::Duration Red::validity() const {
  return red_validity(ttl_, net::now() - begun_, kClockErrorPpm);
}

void Red::give_back() {
  for (auto& member : members_) {
    if (member.asked == Asked::asked) member.driver->give_up(member.call);
    if (member.asked != Asked::granted) continue;
    member.asked = Asked::no;
    ++member.busy;
    member.driver->begin(lock::Operation(lock::Release{request_.locks.front().name, member.token}), 1s,
                         [&member](const client::Finished&) { --member.busy; });
  }
}

bool Red::settled() const {
  return std::all_of(members_.begin(), members_.end(),
                     [](const Member& m) { return m.busy == 0 && m.asked != Asked::granted; });
}

std::optional<base::Instant> Red::deadline() const {
  std::vector<base::Instant> standing;
  for (const auto& member : members_) {
    const auto until = member.driver->session_deadline();
    if (until && member.asked == Asked::granted && !member.lost) standing.push_back(*until);
  }
  if (standing.size() < majority()) return std::nullopt;
  std::sort(standing.begin(), standing.end(), [](const auto& a, const auto& b) { return b < a; });
  return standing[majority() - 1];
}

void Red::close() {
  for (auto& member : members_) {
    if (member.asked == Asked::asked) member.driver->give_up(member.call);
    ++member.busy;
    member.driver->begin(client::CloseSession{}, kClosingMax,
                         [&member](const client::Finished&) { --member.busy; });
  }
}

bool Red::closed() const {
  return std::all_of(members_.begin(), members_.end(), [](const Member& m) { return m.busy == 0; });
}

}  // namespace lockctl
