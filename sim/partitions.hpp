// Which links a partition cuts.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/draws.hpp"
#include "sim/network.hpp"

namespace sim {

// Which side of a partition clients stand on: beside one of the selected, beside another server, on a side by
// chance, or where they reach everybody.
enum class ClientSide { random, near, far, both };

struct Partition {
  enum class Shape {
    split,    // the selected from the rest
    isolate,  // each of the selected from everybody
    oneway,   // what the selected say is not heard
    bridge,   // the rest in two halves, which meet only at the selected
    ring,     // overlapping majorities: each hears itself and its neighbours, as many as a majority
    chain,    // each hears the one before it and the one behind it
    swizzle,  // each of the selected from everybody, one after the other, and healed in another order
    links     // these and no others
  };
  Shape shape = Shape::isolate;
  ClientSide clients = ClientSide::far;
  Network::Cut links = {};  // one-way; where the shape says so
};

const char* name_of(Partition::Shape shape);

// Where a partition falls: servers stand at places below `machines`, the clients behind them.
struct Ground {
  Place machines = 0;
  Place clients = 0;
  std::vector<Place> servers;  // machines where one lives
};

// Of a swizzle: as where all its targets are cut off at once. Ring and chain are made of the servers among
// the targets; who is none of them keeps its links.
Network::Cut links_cut_by(const Partition& partition, const Ground& ground, const std::vector<Place>& targets,
                          Draws& random);

// The same places in an order by chance.
std::vector<Place> shuffled(std::vector<Place> places, Draws& random);

}  // namespace sim
