#include "cli/raftsim/real/network.hpp"

#include <algorithm>
#include <utility>

#include "core/base/check.hpp"
#include "core/wire/codec.hpp"

namespace real {

using sim::EventKind;

namespace {

// A segment that is lost is sent again after so long.
constexpr auto kRetransmitAfter = std::chrono::milliseconds(200);
// A connection on which nothing gets through is given up: by a client's machine, as in the simulator; by a
// server, which sets TCP_USER_TIMEOUT.
constexpr sim::Duration kClientGivesUpAfter = std::chrono::seconds(10);
constexpr sim::Duration kServerGivesUpAfter = std::chrono::seconds(2);

}  // namespace

Network::Network(Poller& poller, sim::Queue& queue, std::function<Time()> now, sim::Coverage& coverage,
                 const sim::Scenario& scenario, Place places, sim::Tape& tape, PlaceOf place_of)
    : poller_(poller),
      queue_(queue),
      now_(std::move(now)),
      coverage_(coverage),
      links_(queue, coverage, scenario.network, places, scenario.machines(), tape, scenario.links),
      places_(places),
      random_(tape.stream("real network")),
      place_of_(std::move(place_of)) {
  for (Place server = 0; server < scenario.machines(); ++server) {
    auto listener = std::make_unique<Listener>(poller_, [this, server](int fd) { accepted(server, fd); });
    doors_.push_back({free_port(), std::move(listener)});
  }
}

Network::~Network() = default;

std::string Network::address_of(Place server) const {
  return "127.0.0.1:" + std::to_string(doors_[server].listener->port());
}

Place Network::place_at(const std::string& address) const {
  for (Place server = 0; server < doors_.size(); ++server) {
    if (address_of(server) == address) return server;
  }
  CHECK(false);
  return sim::kNobody;
}

bool Network::is_cut(const Relay& relay, std::uint32_t way) const {
  const auto from = relay.ends[way];
  const auto to = relay.ends[1 - way];
  return from != sim::kNobody && to != sim::kNobody && links_.is_cut(from, to);
}

const sim::Network::Link& Network::link(const Relay& relay, std::uint32_t way) const {
  return links_.link(std::min(relay.ends[way], places_ - 1), std::min(relay.ends[1 - way], places_ - 1));
}

Time Network::arrival(const Relay& relay, std::uint32_t way) {
  return now_() + sim::Duration(link(relay, way).latency_ns.sample(random_));
}

void Network::open_stream(ConnectionNumber number, std::uint32_t which, int fd) {
  Stream::Handlers handlers{
      [this, number, which](std::string bytes) { came(number, which, std::move(bytes)); },
      [this, number, which] { end(number, which); }};
  relays_.at(number).streams[which] = std::make_unique<Stream>(poller_, fd, std::move(handlers));
}

ConnectionNumber Network::connect(Place client, Place server) {
  const auto number = ++last_;
  relays_[number].ends = {client, server};
  const int fd = dial(doors_[server].port);
  if (fd < 0) {
    end(number, 1);
  } else {
    open_stream(number, 1, fd);
  }
  return number;
}

void Network::accepted(Place server, int fd) {
  const auto number = ++last_;
  auto& relay = relays_[number];
  relay.ends = {sim::kNobody, server};
  relay.between_servers = true;
  relay.hello.emplace();
  open_stream(number, 0, fd);
  const int on = dial(doors_[server].port);
  if (on < 0) return drop(number, {});
  open_stream(number, 1, on);
}

// Whether it is known who calls; `bytes` is then all that has been said.
bool Network::introduced(Relay& relay, std::string& bytes) {
  if (!relay.hello) return true;
  relay.said += bytes;
  relay.hello->feed(bytes);
  const auto frame = relay.hello->next();
  if (frame.ok() && !frame.value()) return false;
  if (frame.ok() && frame.value()->type == wire::FrameType::peer_hello) {
    const auto hello = wire::decode_peer_hello(frame.value()->payload);
    if (hello.ok()) relay.ends[0] = place_of_(hello->from.value).value_or(sim::kNobody);
  }
  relay.hello.reset();
  bytes = std::exchange(relay.said, {});
  return true;
}

void Network::came(ConnectionNumber number, std::uint32_t which, std::string bytes) {
  auto& relay = relays_.at(number);
  if (which == 0 && !introduced(relay, bytes)) return;
  put(number, relay, which, std::move(bytes));
}

void Network::send(ConnectionNumber number, Place from, std::string bytes) {
  const auto at = relays_.find(number);
  if (at == relays_.end()) return;
  CHECK(at->second.ends[0] == from);
  put(number, at->second, 0, std::move(bytes));
}

void Network::put(ConnectionNumber number, Relay& relay, std::uint32_t which, std::string bytes) {
  auto& way = relay.ways[which];
  if (way.ends) return;
  auto due = arrival(relay, which);
  if (random_.chance(link(relay, which).loss)) {
    sim::count(coverage_, "messages_lost");
    due += kRetransmitAfter;
  }
  if (!bytes.empty() && random_.chance(link(relay, which).corrupt)) {
    sim::count(coverage_, "frames_corrupted");
    const auto bit = random_.below(bytes.size() * 8);
    bytes[bit / 8] = static_cast<char>(static_cast<unsigned char>(bytes[bit / 8]) ^ (1u << (bit % 8)));
  }
  way.last_due = std::max(way.last_due, due);
  way.pieces.push_back({way.last_due, std::move(bytes)});
  look_again(number, which, way.last_due);
}

void Network::end(ConnectionNumber number, std::uint32_t which) {
  const auto at = relays_.find(number);
  if (at == relays_.end() || at->second.ways[which].ends) return;
  auto& way = at->second.ways[which];
  way.ends = way.last_due = std::max(way.last_due, arrival(at->second, which));
  look_again(number, which, *way.ends);
}

void Network::look_again(ConnectionNumber number, std::uint32_t which, Time at) {
  queue_.push(at, {.kind = EventKind::resend, .detail = which, .id = number});
}

// Whether a cut stands in the way; one that has done so for too long breaks the connection.
bool Network::held(ConnectionNumber number, Relay& relay, std::uint32_t which) {
  auto& way = relay.ways[which];
  if (!is_cut(relay, which)) {
    way.held_since.reset();
    return false;
  }
  const auto patience = relay.between_servers ? kServerGivesUpAfter : kClientGivesUpAfter;
  if (!way.held_since) {
    sim::count(coverage_, "messages_cut", way.pieces.size());
    way.held_since = now_();
    look_again(number, which, *way.held_since + patience);
  } else if (now_() - *way.held_since >= patience) {
    sim::count(coverage_, "connections_broken");
    drop(number, {});
  }
  return true;
}

void Network::move(ConnectionNumber number, std::uint32_t which) {
  const auto at = relays_.find(number);
  if (at == relays_.end()) return;
  auto& relay = at->second;
  auto& way = relay.ways[which];
  const auto now = now_();
  const auto due = [&] { return !way.pieces.empty() && way.pieces.front().due <= now; };
  const bool over = way.ends && *way.ends <= now;
  if ((!due() && !over) || held(number, relay, which)) return;
  while (due()) {
    deliver(number, relay, which, std::move(way.pieces.front().bytes));
    way.pieces.pop_front();
  }
  if (over) drop(number, which);
}

void Network::deliver(ConnectionNumber number, Relay& relay, std::uint32_t which, std::string bytes) {
  if (relay.streams[1 - which]) return relay.streams[1 - which]->write(bytes);
  queue_.push(
      now_(),
      {.kind = EventKind::segment, .actor = relay.ends[1 - which], .id = number, .bytes = std::move(bytes)});
}

// Both ends are told that it is over, but not the one that has said so.
void Network::drop(ConnectionNumber number, std::optional<std::uint32_t> teller) {
  const auto node = relays_.extract(number);
  const auto& relay = node.mapped();
  if (relay.between_servers || teller == 0) return;
  queue_.push(now_(), {.kind = EventKind::reset, .actor = relay.ends[0], .id = number});
}

void Network::close(ConnectionNumber number, Place place) {
  const auto at = relays_.find(number);
  if (at != relays_.end() && at->second.ends[0] == place) end(number, 0);
}

void Network::close_all(Place place) {
  std::vector<ConnectionNumber> its;
  for (const auto& [number, relay] : relays_) {
    if (relay.ends[0] == place && !relay.between_servers) its.push_back(number);
  }
  for (const auto number : its) end(number, 0);
}

// Its agent has closed it, or another one has crashed: `end` has been called.
void Network::refuse(ConnectionNumber, Place) {}

// The relay went when the reset was on its way.
void Network::on_reset(ConnectionNumber, Place) {}

void Network::cut(const Cut& links) {
  links_.cut(links);
}

void Network::mend(const Cut& links) {
  links_.mend(links);
  for (const auto& [number, relay] : relays_) {
    for (const std::uint32_t way : {0u, 1u}) look_again(number, way, now_());
  }
}

std::size_t Network::break_all(Place place) {
  std::vector<ConnectionNumber> its;
  for (const auto& [number, relay] : relays_) {
    if (relay.ends[0] == place || relay.ends[1] == place) its.push_back(number);
  }
  for (const auto number : its) drop(number, {});
  return its.size();
}

}  // namespace real
