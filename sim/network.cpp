#include "sim/network.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "sim/server.hpp"

namespace sim {

namespace {

// As Linux does it, about: a lost segment is sent again after this, then after twice as long, …
constexpr Duration kRetransmitAfter = std::chrono::milliseconds(200);
// … and after so long without an answer the connection is given up.
constexpr Duration kGiveUpAfter = std::chrono::seconds(10);

std::uint32_t index_of(const std::array<Place, 2>& ends, Place end) {
  CHECK(ends[0] == end || ends[1] == end);
  return ends[0] == end ? 0 : 1;
}

}  // namespace

Network::Network(Queue& queue, Coverage& coverage, const Tuning& tuning, Place places, Place servers,
                 Tape& tape, const std::vector<Override>& overrides)
    : queue_(queue),
      coverage_(coverage),
      places_(places),
      servers_(servers),
      tape_(tape),
      draws_(std::size_t{places} * places),
      cuts_(std::size_t{places} * places),
      last_arrival_(std::size_t{places} * places) {
  lay_links(tuning, overrides);
}

// Links of the same overrides are one.
void Network::lay_links(const Tuning& tuning, const std::vector<Override>& overrides) {
  auto& random = tape_.stream("network rates");
  const auto drawn = [&](const Distribution& rate) {
    return static_cast<std::uint32_t>(rate.sample(random));
  };
  Link usual{tuning.latency_ns};
  usual.loss = drawn(tuning.loss);
  usual.dup = drawn(tuning.dup);
  usual.reorder = drawn(tuning.reorder);
  usual.corrupt = drawn(tuning.corrupt);
  links_ = {usual};
  link_of_.resize(cuts_.size());
  for (const auto& own : overrides) {
    std::map<std::size_t, std::size_t> changed;  // what a link was, and what it becomes
    Link theirs;
    const auto draw = [&](const std::optional<Distribution>& rate, std::uint32_t& into) {
      if (rate) into = drawn(*rate);
    };
    draw(own.loss, theirs.loss);
    draw(own.dup, theirs.dup);
    draw(own.reorder, theirs.reorder);
    draw(own.corrupt, theirs.corrupt);
    for (const auto from : own.from) {
      for (const auto to : own.to) {
        auto& at = link_of_[from * places_ + to];
        const auto [becomes, fresh] = changed.try_emplace(at, links_.size());
        if (fresh) {
          auto link = links_[at];
          if (own.latency_ns) link.latency_ns = *own.latency_ns;
          if (own.loss) link.loss = theirs.loss;
          if (own.dup) link.dup = theirs.dup;
          if (own.reorder) link.reorder = theirs.reorder;
          if (own.corrupt) link.corrupt = theirs.corrupt;
          links_.push_back(std::move(link));
        }
        at = becomes->second;
      }
    }
  }
}

Draws& Network::draws(Place from, Place to) {
  auto& known = draws_[from * places_ + to];
  if (known) return *known;
  const auto name = [&](Place place) {
    return place < servers_ ? "s" + std::to_string(place + 1) : "c" + std::to_string(place - servers_ + 1);
  };
  known = &tape_.stream("network " + name(from) + ">" + name(to));
  return *known;
}

void Network::send_datagram(Place from, Place to, std::string frame, std::uint32_t sender,
                            std::uint32_t receiver) {
  if (is_cut(from, to)) return count(coverage_, "messages_cut");
  const auto& link = this->link(from, to);
  auto& random = draws(from, to);
  if (random.chance(link.loss, FaultSite::loss)) return count(coverage_, "messages_lost");
  Event event{.kind = EventKind::peer_frame,
              .actor = to,
              .detail = sender,
              .id = from | std::uint64_t{receiver} << 32,
              .bytes = std::move(frame)};
  if (random.chance(link.dup, FaultSite::dup)) {
    count(coverage_, "messages_duplicated");
    deliver(from, event, false);
  }
  const bool reordered = random.chance(link.reorder, FaultSite::reorder);
  if (reordered) count(coverage_, "messages_reordered");
  deliver(from, std::move(event), !reordered);
}

void Network::deliver(Place from, Event event, bool in_order) {
  const auto to = event.actor;
  auto arrival = queue_.now() + latency(from, to);
  if (in_order) {
    auto& last = last_arrival_[from * places_ + to];
    arrival = last = std::max(arrival, last);
  } else {
    // Held up somewhere: others overtake it.
    // Two draws, two statements: the order of operands is the compiler's.
    const auto times = draws(from, to).between(1, 20);
    arrival += latency(from, to) * times;
  }
  maybe_corrupt(event.bytes, from, to);
  queue_.push(arrival, std::move(event));
}

void Network::maybe_corrupt(std::string& bytes, Place from, Place to) {
  auto& draws = this->draws(from, to);
  if (bytes.empty() || !draws.chance(link(from, to).corrupt, FaultSite::corrupt)) return;
  count(coverage_, "frames_corrupted");
  const auto bit = draws.below(bytes.size() * 8);
  bytes[bit / 8] = static_cast<char>(static_cast<unsigned char>(bytes[bit / 8]) ^ (1u << (bit % 8)));
}

std::string Network::address_of(Place server) const {
  return sim::address_of(server);
}

Place Network::place_at(const std::string& address) const {
  return sim::place_at(address);
}

ConnectionNumber Network::connect(Place client, Place server) {
  Connection connection;
  connection.ends = {client, server};
  connections_.emplace(++last_connection_, std::move(connection));
  return last_connection_;
}

bool Network::is_open(ConnectionNumber number, Place end) const {
  const auto at = connections_.find(number);
  return at != connections_.end() && at->second.open[index_of(at->second.ends, end)];
}

void Network::send(ConnectionNumber number, Place from, std::string bytes) {
  const auto at = connections_.find(number);
  if (at == connections_.end()) return;
  auto& connection = at->second;
  const auto which = index_of(connection.ends, from);
  if (!connection.open[which]) return;
  auto& way = connection.ways[which];
  const auto to = connection.ends[1 - which];
  const auto segment = ++way.last_segment;
  if (way.unsent.empty()) {
    if (!is_cut(from, to) && !draws(from, to).chance(link(from, to).loss, FaultSite::loss))
      return deliver(number, connection, which, segment, std::move(bytes));
    count(coverage_, is_cut(from, to) ? "messages_cut" : "messages_lost");
    resend_later(number, way, which);
  }
  way.unsent.emplace(segment, std::move(bytes));
}

void Network::resend_later(ConnectionNumber number, Way& way, std::uint32_t which) {
  way.stalled_since = queue_.now();
  way.backoff = kRetransmitAfter;
  stall(number, way, which);
}

bool Network::arrives(Event& event) {
  if (event.kind == EventKind::segment) return segment_arrives(event);
  std::optional<Place> from;
  if (event.kind == EventKind::peer_frame) from = static_cast<Place>(event.id);
  if (event.kind == EventKind::reset && event.detail == 0) {
    const auto at = connections_.find(event.id);
    if (at != connections_.end()) from = at->second.ends[1 - index_of(at->second.ends, event.actor)];
  }
  if (!from || !is_cut(*from, event.actor)) return true;
  count(coverage_, "messages_cut");
  return false;
}

bool Network::segment_arrives(Event& event) {
  const auto at = connections_.find(event.id);
  if (at == connections_.end()) return true;
  auto& connection = at->second;
  const auto which = 1 - index_of(connection.ends, event.actor);
  auto& way = connection.ways[which];
  const bool cut = is_cut(connection.ends[which], event.actor);
  const bool waits = !way.unsent.empty() && way.unsent.begin()->first < event.detail;
  if (!cut && !waits) return true;
  if (cut) count(coverage_, "messages_cut");
  // Its sender has closed or crashed: nobody sends it again.
  if (!connection.open[which]) return false;
  if (way.unsent.empty()) resend_later(event.id, way, which);
  way.unsent.emplace(event.detail, std::move(event.bytes));
  return false;
}

void Network::deliver(ConnectionNumber number, Connection& connection, std::uint32_t way,
                      std::uint32_t segment, std::string bytes) {
  const auto from = connection.ends[way];
  const auto to = connection.ends[1 - way];
  auto& last = connection.ways[way].last_arrival;
  last = std::max(last, queue_.now() + latency(from, to));
  maybe_corrupt(bytes, from, to);
  queue_.push(
      last,
      {.kind = EventKind::segment, .actor = to, .detail = segment, .id = number, .bytes = std::move(bytes)});
}

void Network::stall(ConnectionNumber number, Way& way, std::uint32_t which) {
  queue_.push(queue_.now() + way.backoff, {.kind = EventKind::resend, .detail = which, .id = number});
  way.backoff *= 2;
}

void Network::resend(ConnectionNumber number, std::uint32_t which) {
  const auto at = connections_.find(number);
  if (at == connections_.end() || !at->second.open[which]) return;
  auto& connection = at->second;
  auto& way = connection.ways[which];
  const auto from = connection.ends[which];
  const auto to = connection.ends[1 - which];
  if (is_cut(from, to) || draws(from, to).chance(link(from, to).loss, FaultSite::loss)) {
    if (queue_.now() - way.stalled_since >= kGiveUpAfter) return break_both(number, connection);
    return stall(number, way, which);
  }
  auto unsent = std::exchange(way.unsent, {});
  for (auto& [segment, bytes] : unsent) deliver(number, connection, which, segment, std::move(bytes));
}

void Network::break_both(ConnectionNumber number, Connection& connection) {
  count(coverage_, "connections_broken");
  for (const std::uint32_t end : {0u, 1u}) {
    if (connection.open[end]) {
      queue_.push(queue_.now(),
                  {.kind = EventKind::reset, .actor = connection.ends[end], .detail = 1, .id = number});
    }
  }
}

void Network::close(ConnectionNumber number, Place end) {
  const auto at = connections_.find(number);
  if (at == connections_.end()) return;
  const auto which = index_of(at->second.ends, end);
  if (at->second.open[which]) close_end(number, at->second, which);
}

std::vector<ConnectionNumber> Network::connections_of(Place end) const {
  std::vector<ConnectionNumber> its;
  for (const auto& [number, connection] : connections_) {
    if (connection.ends[0] == end || connection.ends[1] == end) its.push_back(number);
  }
  return its;
}

void Network::close_all(Place end) {
  for (const auto number : connections_of(end)) close(number, end);
}

std::size_t Network::break_all(Place end) {
  const auto its = connections_of(end);
  for (const auto number : its) break_both(number, connections_.at(number));
  return its.size();
}

void Network::close_end(ConnectionNumber number, Connection& connection, std::uint32_t end) {
  connection.open[end] = false;
  connection.ways[end].unsent.clear();
  if (connection.open[1 - end]) {
    reset(number, connection, 1 - end);
  } else {
    connections_.erase(number);
  }
}

// Goes behind what was said before; nobody repeats a reset that is lost, but the next segment brings another.
void Network::reset(ConnectionNumber number, Connection& connection, std::uint32_t end) {
  const auto from = connection.ends[1 - end];
  const auto to = connection.ends[end];
  if (is_cut(from, to)) return;
  const auto arrival = std::max(connection.ways[1 - end].last_arrival, queue_.now() + latency(from, to));
  queue_.push(arrival, {.kind = EventKind::reset, .actor = connection.ends[end], .id = number});
}

void Network::refuse(ConnectionNumber number, Place gone) {
  const auto at = connections_.find(number);
  if (at == connections_.end()) return;
  const auto which = index_of(at->second.ends, gone);
  if (at->second.open[which]) return close_end(number, at->second, which);
  if (at->second.open[1 - which]) reset(number, at->second, 1 - which);
}

void Network::on_reset(ConnectionNumber number, Place end) {
  const auto at = connections_.find(number);
  if (at == connections_.end()) return;
  auto& connection = at->second;
  const auto which = index_of(connection.ends, end);
  if (!connection.open[which]) return;
  connection.open[which] = false;
  connection.ways[which].unsent.clear();
  // The end that sent the reset has closed; one that gave up on silence gets its own.
  if (!connection.open[1 - which]) connections_.erase(at);
}

void Network::cut(const Cut& links) {
  ++changes_;
  for (const auto& [from, to] : links) ++cuts_[from * places_ + to];
}

void Network::mend(const Cut& links) {
  ++changes_;
  for (const auto& [from, to] : links) {
    CHECK(is_cut(from, to));
    --cuts_[from * places_ + to];
  }
}

}  // namespace sim
