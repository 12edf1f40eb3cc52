#include "sim/judge_clients.hpp"

#include <string_view>
#include <utility>

#include "core/base/check.hpp"
#include "sim/check/check_file.hpp"
#include "sim/check/stale.hpp"

namespace sim {

namespace {

// `*` is any run of characters.
bool glob(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] != '*')
    return !text.empty() && pattern[0] == text[0] && glob(pattern.substr(1), text.substr(1));
  for (std::size_t skip = 0; skip <= text.size(); ++skip) {
    if (glob(pattern.substr(1), text.substr(skip))) return true;
  }
  return false;
}

// Of a history that can be ordered every beginning can.
void cut_off(check::History& history, Time until) {
  std::erase_if(history, [&](const check::Operation& operation) { return operation.start >= until.count(); });
  for (auto& operation : history) {
    if (operation.end && *operation.end >= until.count()) {
      operation.end.reset();
      operation.ret.reset();
    }
    if (operation.queued && *operation.queued >= until.count()) operation.queued.reset();
  }
}

void judge_order(const Checks& checks, check::History history, Judgement& judgement) {
  std::erase_if(history, [&](const check::Operation& operation) {
    for (const auto& pattern : checks.linearizable) {
      if (glob(pattern, operation.key)) return false;
    }
    return true;
  });
  const auto report = check::check_history(history, check::Model::lock);
  CHECK(report.ok());
  const auto first = report->lines.empty() ? std::nullopt : std::optional(report->lines.front());
  if (report->answer == check::Answer::violation)
    judgement.violation = Violation{"linearizable", first.value_or(report->check), report->lines};
  if (report->answer == check::Answer::undecided)
    judgement.inconclusive = first.value_or("the history could not be judged");
}

}  // namespace

Judgement judge_clients(const Checks& checks, const History& seen, std::optional<Time> until) {
  Judgement judgement;
  if (!checks.stale_reads && checks.linearizable.empty()) return judgement;
  auto history = check::parse_json(seen.text(), "history");
  CHECK(history.ok());
  if (until) cut_off(history.value(), *until);
  if (checks.stale_reads) {
    auto reads = check::parse_json(seen.stale_text(), "stale reads");
    CHECK(reads.ok());
    if (until) {
      cut_off(reads.value(), *until);
      std::erase_if(reads.value(), [](const check::Operation& read) { return !read.ret; });
    }
    judgement.stale_reads = reads->size();
    if (const auto found = check::judge_stale_reads(history.value(), reads.value()))
      judgement.violation = Violation{"stale_reads", *found, {}};
  }
  if (!judgement.violation && !checks.linearizable.empty())
    judge_order(checks, std::move(history).value(), judgement);
  return judgement;
}

}  // namespace sim
