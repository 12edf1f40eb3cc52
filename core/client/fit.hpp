// Which answers can be answers to what. NotLeader and LeadershipLost, which answer anything, are not asked
// about.
#pragma once

#include "core/lock/command.hpp"
#include "core/lock/reply.hpp"

namespace client {

bool fits(const lock::Operation& operation, const lock::Reply& reply);
bool fits(const lock::Query& query, const lock::Reply& reply);

}  // namespace client
