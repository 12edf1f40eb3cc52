// lockctl status: who holds a name, who waits, and the recorded outcome.
#include <algorithm>

#include "cli/common/exit_code.hpp"
#include "cli/lockctl/endpoints.hpp"
#include "cli/lockctl/one_shot.hpp"
#include "cli/lockctl/output.hpp"
#include "cli/lockctl/patience.hpp"
#include "cli/lockctl/say.hpp"
#include "cli/lockctl/verbs.hpp"
#include "cli/lockctl/view_text.hpp"
#include "core/base/duration.hpp"

namespace lockctl {
namespace {

void print_view(const Global& global, const lock::NameView& view) {
  const auto name = global.short_name(view.name);
  print(global.output == Output::json ? json_of(view, name) : view_text(view, name));
}

int print_outcome(const Global& global, const lock::NameView& view) {
  print_view(global, view);
  return view.record && view.record->state == "done" ? cli::kYes : cli::kNo;
}

int mismatch(const Global& global, const std::string& name, const lock::RevisionMismatch& reply) {
  say(global.quiet, name + ": not written: " +
                        (reply.actual ? "its index is " + std::to_string(reply.actual.value)
                                      : std::string("there is no record")) +
                        ", another than --if-index says");
  return cli::kNo;
}

std::optional<lock::Revision> revision_of(std::optional<std::uint64_t> index) {
  return index ? std::optional(lock::Revision(*index)) : std::nullopt;
}

// Time passes for want of an outcome only, as long as the cluster answers at all.
int await_outcome(const Global& global, const WaitStatus& wait) {
  const auto endpoints = find_endpoints(global);
  if (!endpoints) return complain(endpoints.error()), cli::kUsage;
  const lock::Query query = lock::WaitStatus{global.full_name(wait.name), std::nullopt};
  Asked asked{"status --wait " + wait.name, query, wait.wait, cli::kNotInTime, "", wait.consistency};
  if (wait.wait) asked.late = wait.name + " has no outcome after " + base::format_duration(*wait.wait);
  Cluster cluster(endpoints.value(), kSessionTtl, asked.doing);
  std::optional<client::Finished> answer;
  std::optional<client::CallId> call;
  Patience patience(cluster, global, global.full_name(wait.name), global.timeout, [&] {
    asked.late.clear();
    asked.within = global.timeout;
    cluster.driver().give_up(*call);
  });
  call = cluster.begin(
      query, wait.wait, [&](const client::Finished& finished) { answer = finished; }, {}, wait.consistency);
  while (!answer) cluster.io().run_one();
  return conclude(global, asked, cluster, answer->outcome, [&](const lock::Reply& reply) -> int {
    const auto* view = std::get_if<lock::NameView>(&reply);
    return view ? print_outcome(global, *view) : unexpected(reply);
  });
}

}  // namespace

int carry_out(const Global& global, const ReadStatus& read) {
  const lock::Query query = lock::GetStatus{global.full_name(read.name)};
  return ask_once(global, {"status " + read.name, query, {}, cli::kNotInTime, "", read.consistency},
                  [&](const lock::Reply& reply) -> int {
                    const auto* view = std::get_if<lock::NameView>(&reply);
                    if (!view) return unexpected(reply);
                    print_view(global, *view);
                    return !view->holders.empty() || view->record ? cli::kYes : cli::kNo;
                  });
}

namespace {

bool has_outcome(const lock::NameView& view) {
  if (!view.record) return false;
  const auto& state = view.record->state;
  return state == "done" || state == "failed" || state == "lost";
}

// No time at all: what is there is the answer.
int outcome_now(const Global& global, const WaitStatus& wait) {
  const lock::Query query = lock::GetStatus{global.full_name(wait.name)};
  const Asked asked{"status --wait " + wait.name, query, {}, cli::kNotInTime, "", wait.consistency};
  return ask_once(global, asked, [&](const lock::Reply& reply) -> int {
    const auto* view = std::get_if<lock::NameView>(&reply);
    if (!view) return unexpected(reply);
    if (has_outcome(*view)) return print_outcome(global, *view);
    say(global.quiet, wait.name + " has no outcome yet");
    return cli::kNotInTime;
  });
}

}  // namespace

int carry_out(const Global& global, const WaitStatus& wait) {
  if (wait.wait == base::Duration(0)) return outcome_now(global, wait);
  // First whether the cluster answers at all: behind that, time passes for want of an outcome only.
  const Asked probe{"status " + wait.name,
                    lock::Query(lock::GetStatus{global.full_name(wait.name)}),
                    wait.wait ? std::optional(std::min(*wait.wait, global.timeout)) : std::nullopt,
                    cli::kNotInTime,
                    "",
                    wait.consistency};
  const int reached = ask_once(global, probe, [](const lock::Reply&) -> int { return cli::kYes; });
  if (reached != cli::kYes) return reached;
  return await_outcome(global, wait);
}

int carry_out(const Global& global, const SetStatus& set) {
  const lock::Operation operation =
      lock::SetStatus{global.full_name(set.name), set.state, set.code, set.value, set.token,
                      revision_of(set.if_index),  set.ttl};
  return ask_once(global, {"status --set " + set.name, operation, {}, cli::kNotInTime},
                  [&](const lock::Reply& reply) -> int {
                    if (const auto* other = std::get_if<lock::RevisionMismatch>(&reply))
                      return mismatch(global, set.name, *other);
                    if (std::holds_alternative<lock::StaleToken>(reply)) {
                      say(global.quiet, set.name + ": not written: token " +
                                            std::to_string(set.token.value_or(lock::Token()).value) +
                                            " does not hold the lock any more");
                      return cli::kNo;
                    }
                    const auto* written = std::get_if<lock::StatusSet>(&reply);
                    if (!written) return unexpected(reply);
                    const auto index = written->revision.value;
                    print(global.output == Output::json ? json_object({{"name", set.name}, {"index", index}})
                                                        : std::to_string(index) + "\n");
                    return cli::kYes;
                  });
}

int carry_out(const Global& global, const ClearStatus& clear) {
  const lock::Operation operation =
      lock::ClearStatus{global.full_name(clear.name), revision_of(clear.if_index)};
  return ask_once(global, {"status --clear " + clear.name, operation, {}, cli::kNotInTime},
                  [&](const lock::Reply& reply) -> int {
                    if (const auto* other = std::get_if<lock::RevisionMismatch>(&reply))
                      return mismatch(global, clear.name, *other);
                    const auto* cleared = std::get_if<lock::StatusCleared>(&reply);
                    if (!cleared) return unexpected(reply);
                    if (global.output == Output::json)
                      print(json_object({{"name", clear.name}, {"existed", cleared->existed}}));
                    if (!cleared->existed) say(global.quiet, clear.name + " has no record");
                    return cleared->existed ? cli::kYes : cli::kNo;
                  });
}

}  // namespace lockctl
