// Which answers can be answers to what. NotLeader and LeadershipLost, which answer anything, are not asked
// about.
#pragma once

#include <string>
#include <vector>

#include "core/lock/command.hpp"
#include "core/lock/reply.hpp"

namespace client {

bool fits(const lock::Operation& operation, const lock::Reply& reply);
bool fits(const lock::Query& query, const lock::Reply& reply);
bool fits(const lock::Admin& request, const lock::Reply& reply);

// The names that an Acquire or a Once is for; of anything else none.
std::vector<std::string> names_of(const lock::Operation& operation);
// Whether it may be answered whenever something happens.
bool stands(const lock::Query& query);
// Whether it only asks: it has no effect, so its outcome is never in doubt, and its answer is due at once.
bool only_asks(const lock::Admin& request);

}  // namespace client
