#include "sim/partitions.hpp"

#include <algorithm>
#include <set>

#include "core/base/check.hpp"

namespace sim {

namespace {

bool contains(const std::vector<Place>& places, Place place) {
  return std::find(places.begin(), places.end(), place) != places.end();
}

// Split, isolate, oneway, swizzle: everybody stands on a side, and links between two sides are cut.
Network::Cut between_sides(const Partition& partition, const Ground& ground,
                           const std::vector<Place>& targets, Draws& random) {
  const auto places = ground.machines + ground.clients;
  const bool split = partition.shape == Partition::Shape::split;
  // The side of each place: 0 everybody else, 1 and up the chosen; kNobody reaches all.
  std::vector<Place> side(places, 0);
  for (Place place = 0; place < places; ++place) {
    const bool chosen = contains(targets, place);
    if (chosen) side[place] = split ? 1 : place + 1;
    if (place < ground.machines || chosen || targets.empty()) continue;
    const auto near = split ? 1 : targets[random.below(targets.size())] + 1;
    if (partition.clients == ClientSide::near) side[place] = near;
    if (partition.clients == ClientSide::both) side[place] = kNobody;
    if (partition.clients == ClientSide::random && random.below(2) == 0) side[place] = near;
  }
  Network::Cut cut;
  for (Place from = 0; from < places; ++from) {
    for (Place to = 0; to < places; ++to) {
      if (side[from] == side[to] || side[from] == kNobody || side[to] == kNobody) continue;
      if (partition.shape != Partition::Shape::oneway || contains(targets, from)) cut.emplace_back(from, to);
    }
  }
  return cut;
}

using Deaf = std::set<std::pair<Place, Place>>;  // from, to: what is not heard

Deaf of_bridge(const Ground& ground, const std::vector<Place>& bridge, Draws& random) {
  auto rest = ground.servers;
  std::erase_if(rest, [&](Place place) { return contains(bridge, place); });
  rest = shuffled(std::move(rest), random);
  Deaf deaf;
  for (std::size_t a = 0; a < rest.size() / 2; ++a) {
    for (std::size_t b = rest.size() / 2; b < rest.size(); ++b) {
      deaf.emplace(rest[a], rest[b]);
      deaf.emplace(rest[b], rest[a]);
    }
  }
  return deaf;
}

// Those that hear `back` before them and `ahead` behind them, in a circle or in a line.
Deaf of_neighbours(const std::vector<Place>& line, std::size_t back, std::size_t ahead, bool circle) {
  Deaf deaf;
  const auto n = line.size();
  for (std::size_t to = 0; to < n; ++to) {
    for (std::size_t from = 0; from < n; ++from) {
      const bool behind = circle ? (from + n - to) % n <= ahead : from >= to && from - to <= ahead;
      const bool before = circle ? (to + n - from) % n <= back : from <= to && to - from <= back;
      if (!behind && !before) deaf.emplace(line[from], line[to]);
    }
  }
  return deaf;
}

// A client stands beside a server and reaches what that one reaches.
Place beside(const Partition& partition, const Ground& ground, const std::vector<Place>& targets,
             Draws& random) {
  std::vector<Place> among;
  for (const auto place : ground.servers) {
    const bool wanted = partition.clients == ClientSide::random ||
                        contains(targets, place) == (partition.clients == ClientSide::near);
    if (wanted) among.push_back(place);
  }
  const auto& of = among.empty() ? ground.servers : among;
  return of[random.below(of.size())];
}

}  // namespace

const char* name_of(Partition::Shape shape) {
  switch (shape) {
    case Partition::Shape::split:
      return "split";
    case Partition::Shape::isolate:
      return "isolate";
    case Partition::Shape::oneway:
      return "oneway";
    case Partition::Shape::bridge:
      return "bridge";
    case Partition::Shape::ring:
      return "ring";
    case Partition::Shape::chain:
      return "chain";
    case Partition::Shape::swizzle:
      return "swizzle";
    case Partition::Shape::links:
      return "links";
  }
  return "?";
}

std::vector<Place> shuffled(std::vector<Place> places, Draws& random) {
  for (auto i = places.size(); i > 1; --i) std::swap(places[i - 1], places[random.below(i)]);
  return places;
}

Network::Cut links_cut_by(const Partition& partition, const Ground& ground, const std::vector<Place>& targets,
                          Draws& random) {
  Deaf deaf;
  auto servers = targets;
  std::erase_if(servers, [&](Place place) { return !contains(ground.servers, place); });
  const auto majority = servers.size() / 2 + 1;
  switch (partition.shape) {
    case Partition::Shape::links:
      return partition.links;
    case Partition::Shape::split:
    case Partition::Shape::isolate:
    case Partition::Shape::oneway:
    case Partition::Shape::swizzle:
      return between_sides(partition, ground, targets, random);
    case Partition::Shape::bridge:
      deaf = of_bridge(ground, servers, random);
      break;
    case Partition::Shape::ring:
      // Where a majority is even, one of those behind is heard and hears nothing back.
      deaf = of_neighbours(shuffled(servers, random), (majority - 1) / 2, majority / 2, true);
      break;
    case Partition::Shape::chain:
      deaf = of_neighbours(shuffled(servers, random), 1, 1, false);
      break;
  }
  Network::Cut cut(deaf.begin(), deaf.end());
  if (partition.clients == ClientSide::both || ground.servers.empty()) return cut;
  for (Place client = ground.machines; client < ground.machines + ground.clients; ++client) {
    const auto its = beside(partition, ground, servers, random);
    for (const auto server : ground.servers) {
      if (deaf.contains({its, server})) cut.emplace_back(client, server);
      if (deaf.contains({server, its})) cut.emplace_back(server, client);
    }
  }
  return cut;
}

}  // namespace sim
