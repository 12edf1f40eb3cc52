#pragma once

#include "core/base/id.hpp"

namespace node {

struct TicketKind;
// A client's request at one server, from its arrival to its last answer; chosen by the driver, never reused.
using Ticket = base::Id<TicketKind>;

}  // namespace node
