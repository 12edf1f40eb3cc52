// Verbs that ask once and answer.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "cli/common/exit_code.hpp"
#include "cli/lockctl/cluster.hpp"
#include "cli/lockctl/options.hpp"

namespace lockctl {

// Asks, closes the session where there was one, and hands a reply over to `answered`. Without a reply:
// complains, and 125 when the question was certainly not carried out, 120 when nobody knows, `late_code` when
// only the time given for it was over. `answered` also gets Refused and SessionExpired away: they are
// complained about, with `refused_code` and 125.
struct Asked {
  std::string doing;
  client::Question question;
  std::optional<base::Duration> within;  // else Global::timeout
  int late_code;
  std::string late = "";  // said instead of the state of the servers, where they are known to answer
  lock::Consistency consistency = lock::Consistency::linearizable;
  int refused_code = cli::kUsage;
};
int ask_once(const Global& global, const Asked& asked,
             const std::function<int(const lock::Reply&)>& answered);

// The second half of it: what became of a question that `cluster` was asked.
int conclude(const Global& global, const Asked& asked, Cluster& cluster, const client::Outcome& outcome,
             const std::function<int(const lock::Reply&)>& answered);

// For a reply that does not belong to the question.
int unexpected(const lock::Reply& reply);

}  // namespace lockctl
