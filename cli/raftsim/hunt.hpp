// `run --budget`: seed after seed for so long, where new states still appear.
#pragma once

#include <chrono>
#include <vector>

#include "cli/raftsim/gather.hpp"
#include "cli/raftsim/seeds.hpp"

namespace raftsim {

// Takes the seeds of each scenario one after the other, without end, from the first of those it names on,
// this shard's share of them. Ends after `wall`, up to half a second and a seed later. At least one scenario.
void hunt(const Gathering& how, std::vector<sim::Results>& all, std::chrono::nanoseconds wall, Shard shard);

}  // namespace raftsim
