// Who adds and removes servers: a client like any other, with its own words to the cluster.
#pragma once

#include <memory>

#include "sim/agent.hpp"
#include "sim/orders.hpp"

namespace sim {

// Carries out orders one after the other, asks again what was not answered or refused for now, and gives an
// order up after a while.
std::unique_ptr<Program> make_operator(Orders& orders, Site& site, Coverage& coverage);

}  // namespace sim
