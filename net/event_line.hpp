// What a node notes, as an operator reads it.
#pragma once

#include <string>

#include "core/node/node.hpp"

namespace net {

std::string to_line(const lock::Event& event);
std::string to_line(const node::Note& note);
// "1, 2 and 3 vote, 4 learns", and what is under way.
std::string to_line(const raft::Configuration& configuration);

}  // namespace net
