// Asks a cluster for a place in it, on the calling thread.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/time.hpp"
#include "core/lock/admin.hpp"
#include "net/log.hpp"

namespace net {

// No leader has answered in time. Whether it has taken the request in is unknown: ask again with the same
// incarnation.
struct NoAnswer {};
// In the cluster's words.
struct JoinRefused {
  std::string why;
};
using JoinAnswer = std::variant<lock::MemberAdded, JoinRefused, NoAnswer>;

// `endpoints` are some of the cluster's servers. Logs now and then that it still waits.
JoinAnswer ask_to_join(const Log& log, const std::vector<std::string>& endpoints,
                       const lock::AddMember& request, base::Duration within);

// The cluster of the first of these that answers; nothing: none does in time.
std::optional<base::ClusterId> cluster_at(const std::vector<std::string>& endpoints, base::Duration within);

}  // namespace net
