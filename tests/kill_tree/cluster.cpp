#include "cluster.hpp"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <filesystem>
#include <optional>
#include <stdexcept>

namespace kill_tree {

using namespace std::chrono_literals;

bool run_until(boost::asio::io_context& io, base::Duration at_most, const std::function<bool()>& so) {
  const auto end = net::now() + at_most;
  while (!so()) {
    if (net::now() >= end) return false;
    if (io.stopped()) io.restart();
    io.run_one_for(1ms);
  }
  return true;
}

Servers::Servers(boost::asio::io_context& io, const std::string& programs, const std::string& folder,
                 int clock_ppm)
    : io_(io), lockctl_(programs + "/lockctl"), folder_(folder) {
  std::filesystem::create_directories(folder);
  environment_ = {{"SKEWED_CLOCK_PPM", std::to_string(clock_ppm)}};
  const auto said = ask({"-q", "dev", "up", "--servers", "3"});
  endpoints_ = said.substr(0, said.find('\n'));
  if (endpoints_.find(':') == std::string::npos) throw std::runtime_error("no cluster: " + said);
}

Servers::~Servers() {
  signal("CONT");
  ask({"-q", "dev", "down"});
}

std::string Servers::ask(std::vector<std::string> words) {
  words.insert(words.begin(), lockctl_);
  words.insert(words.end(), {"--dir", folder_});
  const auto log = folder_ + "/said";
  Program(words, environment_, log).wait();
  return read_file(log);
}

std::vector<std::string> Servers::list() const {
  std::vector<std::string> all{""};
  for (const char c : endpoints_) {
    if (c == ',') {
      all.emplace_back();
    } else {
      all.back() += c;
    }
  }
  return all;
}

std::string Servers::leader() {
  for (const auto& endpoint : list()) {
    client::Config config;
    config.endpoints = {endpoint};
    net::ClientDriver driver(io_, config);
    std::optional<client::Finished> answer;
    driver.begin(lock::Query(lock::GetHealth{}), 2s,
                 [&](const client::Finished& finished) { answer = finished; });
    run_until(io_, 5s, [&] { return answer.has_value(); });
    const auto* reply = answer ? std::get_if<lock::Reply>(&answer->outcome) : nullptr;
    const auto* health = reply ? std::get_if<lock::Health>(reply) : nullptr;
    if (health && health->role == "leader") return endpoint;
  }
  return {};
}

void Servers::signal(const std::string& name) {
  for (const char* node : {"1", "2", "3"}) ask({"-q", "dev", "kill", node, "--signal", name});
}

}  // namespace kill_tree
