#include "cli/lockctl/one_shot.hpp"

#include "cli/common/exit_code.hpp"
#include "cli/lockctl/endpoints.hpp"
#include "cli/lockctl/say.hpp"
#include "core/base/overload.hpp"

namespace lockctl {
namespace {

int with(const std::string& line, int code) {
  return complain(line), code;
}

int judge(const Asked& asked, const lock::Reply& reply,
          const std::function<int(const lock::Reply&)>& answered) {
  if (const auto* refused = std::get_if<lock::Refused>(&reply)) return with(refused->why, asked.refused_code);
  if (std::holds_alternative<lock::SessionExpired>(reply)) {
    return with("the session expired before the servers carried it out; try again", cli::kFailed);
  }
  return answered(reply);
}

int late(const Global& global, const Asked& asked, const Cluster& cluster) {
  if (asked.late.empty()) {
    complain(why_not_reached(cluster.endpoints(), asked.within.value_or(global.timeout)));
  } else {
    say(global.quiet, asked.late);
  }
  return asked.late_code;
}

int unknown(const Global& global, const Asked& asked, const Cluster& cluster) {
  return with("whether it was done is unknown: " +
                  why_not_reached(cluster.endpoints(), asked.within.value_or(global.timeout)),
              cli::kUnknownOutcome);
}

}  // namespace

int conclude(const Global& global, const Asked& asked, Cluster& cluster, const client::Outcome& outcome,
             const std::function<int(const lock::Reply&)>& answered) {
  return std::visit(base::Overload{[&](const lock::Reply& reply) {
                                     cluster.close();
                                     return judge(asked, reply, answered);
                                   },
                                   [&](const client::TimedOut&) { return late(global, asked, cluster); },
                                   [&](const client::Unknown&) { return unknown(global, asked, cluster); }},
                    outcome);
}

int ask_once(const Global& global, const Asked& asked,
             const std::function<int(const lock::Reply&)>& answered) {
  const auto endpoints = find_endpoints(global);
  if (!endpoints) return with(endpoints.error(), cli::kUsage);
  Cluster cluster(endpoints.value(), kSessionTtl, asked.doing);
  const auto finished = cluster.ask(asked.question, asked.within.value_or(global.timeout), asked.consistency);
  return conclude(global, asked, cluster, finished.outcome, answered);
}

int unexpected(const lock::Reply& reply) {
  return with(
      std::string("the server gave an answer that does not belong to the question: ") + lock::name_of(reply),
      cli::kFailed);
}

}  // namespace lockctl
