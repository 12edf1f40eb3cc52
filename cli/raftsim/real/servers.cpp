#include "cli/raftsim/real/servers.hpp"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <utility>

#include "core/base/check.hpp"

namespace real {

namespace fs = std::filesystem;

namespace {

std::string micros(base::Duration duration) {
  return std::to_string(duration.count() / 1000) + "us";
}

void tune(std::vector<std::string>& words, const sim::Scenario& scenario) {
  const auto& tuning = scenario.tuning;
  const auto& snapshots = scenario.snapshots;
  words.insert(words.end(), {"--heartbeat", micros(tuning.heartbeat), "--election-min",
                             micros(tuning.election_min), "--election-max", micros(tuning.election_max)});
  words.insert(words.end(),
               {"--snapshot-entries", std::to_string(snapshots.entries), "--snapshot-bytes",
                std::to_string(snapshots.bytes), "--keep-entries", std::to_string(snapshots.keep_entries),
                "--keep-bytes", std::to_string(snapshots.keep_bytes)});
}

}  // namespace

DrawnClock draw_clock(const sim::Scenario& scenario, Place place, const sim::Distribution& drift_ppm,
                      sim::Draws& random) {
  const auto own = scenario.own_clocks.find(place);
  auto offset_ns = scenario.clock_offset_ns;
  auto ppm = drift_ppm;
  if (own != scenario.own_clocks.end()) {
    offset_ns = own->second.offset_ns.value_or(offset_ns);
    ppm = own->second.drift_ppm.value_or(ppm);
  }
  const auto offset = base::Duration(offset_ns.sample(random));
  return {offset, ppm.sample(random)};
}

Servers::Servers(Poller& poller, const Network& network, const sim::Scenario& scenario, sim::Tape& tape,
                 std::string lockd, bool skewed, std::string folder, Handlers handlers)
    : poller_(poller),
      network_(network),
      scenario_(scenario),
      lockd_(std::move(lockd)),
      folder_(std::move(folder)),
      handlers_(std::move(handlers)),
      servers_(scenario.machines()) {
  for (Place place = 0; place < scenario.machines(); ++place) {
    auto& server = servers_[place];
    if (place < scenario.servers) server.id = base::NodeId(place + 1);
    server.joined = place >= scenario.servers;
    if (!skewed) continue;
    auto& random = tape.stream("clock s" + std::to_string(place + 1));
    const auto clock = draw_clock(scenario, place, scenario.drift_ppm, random);
    server.skew = std::make_unique<Skew>(folder_ + "/clock" + std::to_string(place + 1));
    server.skew->move(clock.offset, true);
    server.drift_ppm = clock.drift_ppm;
  }
}

std::optional<Place> Servers::place_of(std::uint64_t number) const {
  for (Place place = 0; place < servers_.size(); ++place) {
    if (servers_[place].id.value == number && number != 0) return place;
  }
  return std::nullopt;
}

std::string Servers::data_of(Place place) const {
  return folder_ + "/server" + std::to_string(place + 1);
}

std::string Servers::addresses() const {
  std::string list;
  for (Place place = 0; place < scenario_.servers; ++place)
    list += (list.empty() ? "" : ",") + network_.address_of(place);
  return list;
}

// Whom a server that joins may ask: those that are up, and not itself.
std::string Servers::others(Place place) const {
  std::string list;
  for (Place other = 0; other < servers_.size(); ++other) {
    if (other != place && is_up(other)) list += (list.empty() ? "" : ",") + network_.address_of(other);
  }
  return list.empty() ? addresses() : list;
}

std::vector<std::string> Servers::command(Place place) const {
  const auto& server = servers_[place];
  std::vector<std::string> words{lockd_,     "-v",
                                 "--data",   data_of(place),
                                 "--listen", "127.0.0.1:" + std::to_string(network_.port_of(place))};
  if (server.joined) {
    words.insert(words.end(), {"--join", others(place), "--advertise", network_.address_of(place)});
  } else {
    words.insert(words.end(), {"--bootstrap", addresses(), "--id", std::to_string(server.id.value),
                               "--cluster", "raftsim"});
  }
  tune(words, scenario_);
  return words;
}

void Servers::start(Place place) {
  auto& server = servers_[place];
  CHECK(!server.process && server.id);
  std::map<std::string, std::string> environment;
  if (server.skew) {
    environment["SKEWED_CLOCK_FILE"] = folder_ + "/clock" + std::to_string(place + 1);
    environment["SKEWED_CLOCK_PPM"] = std::to_string(server.drift_ppm);
  }
  Process::Handlers handlers{[this, place](const std::string& line) { handlers_.line(place, line); },
                             [this, place](const std::string& how) {
                               // Its own handler is at work in it.
                               const auto gone = std::move(servers_[place].process);
                               handlers_.ended(place, how);
                             }};
  server.process = std::make_unique<Process>(poller_, command(place), environment, data_of(place) + ".log",
                                             std::move(handlers));
  if (server.paused) server.process->signal(SIGSTOP);
}

void Servers::crash(Place place) {
  servers_[place].process.reset();
}

// Whoever starts meanwhile on a machine that stands still stands still, too.
void Servers::pause(Place place) {
  servers_[place].paused = true;
  if (is_up(place)) servers_[place].process->signal(SIGSTOP);
}

void Servers::resume(Place place) {
  servers_[place].paused = false;
  if (is_up(place)) servers_[place].process->signal(SIGCONT);
}

void Servers::jump(Place place, base::Duration by, bool monotonic) {
  if (servers_[place].skew) servers_[place].skew->move(by, monotonic);
}

void Servers::move_in(Place place, base::NodeId id, std::uint64_t incarnation) {
  auto& server = servers_[place];
  CHECK(!server.process && !server.id);
  server.id = id;
  server.joined = true;
  fs::create_directories(data_of(place));
  std::ofstream file(data_of(place) + "/incarnation");
  if (!(file << incarnation << "\n")) throw std::runtime_error(data_of(place) + ": can't be written");
  file.close();
  start(place);
}

void Servers::move_out(Place place) {
  auto& server = servers_[place];
  CHECK(!server.process);
  server.id = base::NodeId(0);
  fs::remove_all(data_of(place));
}

}  // namespace real
