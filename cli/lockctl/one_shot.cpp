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

int judge(const lock::Reply& reply, const std::function<int(const lock::Reply&)>& answered) {
  if (const auto* refused = std::get_if<lock::Refused>(&reply)) return with(refused->why, cli::kUsage);
  if (std::holds_alternative<lock::SessionExpired>(reply)) {
    return with("the session expired before the servers carried it out; try again", cli::kFailed);
  }
  return answered(reply);
}

}  // namespace

int ask_once(const Global& global, const Asked& asked,
             const std::function<int(const lock::Reply&)>& answered) {
  const auto endpoints = find_endpoints(global);
  if (!endpoints) return with(endpoints.error(), cli::kUsage);
  Cluster cluster(endpoints.value(), kSessionTtl, asked.doing);
  const auto within = asked.within.value_or(global.timeout);
  const auto finished = cluster.ask(asked.question, within);
  const auto late = [&] {
    return asked.late.empty() ? why_not_reached(endpoints.value(), within) : asked.late;
  };
  const bool query = std::holds_alternative<lock::Query>(asked.question);
  return std::visit(base::Overload{[&](const lock::Reply& reply) {
                                     cluster.close();
                                     return judge(reply, answered);
                                   },
                                   [&](const client::TimedOut&) { return with(late(), asked.late_code); },
                                   [&](const client::Unknown&) {
                                     if (query || !cluster.driver().session())
                                       return with(late(), asked.late_code);
                                     return with("whether it was done is unknown: " + late(),
                                                 static_cast<int>(cli::kUnknownOutcome));
                                   }},
                    finished.outcome);
}

int unexpected(const lock::Reply& reply) {
  return with(
      std::string("the server gave an answer that does not belong to the question: ") + lock::name_of(reply),
      cli::kFailed);
}

}  // namespace lockctl
