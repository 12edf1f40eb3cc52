// lockctl status: who holds a name, who waits, and the recorded outcome.
#include <algorithm>

#include "cli/common/exit_code.hpp"
#include "cli/lockctl/one_shot.hpp"
#include "cli/lockctl/output.hpp"
#include "cli/lockctl/say.hpp"
#include "cli/lockctl/verbs.hpp"
#include "core/base/duration.hpp"

namespace lockctl {
namespace {

std::string value_text(const std::string& value) {
  constexpr std::size_t kShown = 200;
  const auto newline = value.find('\n');
  const bool whole = value.size() <= kShown && (newline == std::string::npos || newline + 1 == value.size());
  if (whole) return value.substr(0, newline);
  return value.substr(0, std::min(newline, kShown)) + "... (" + std::to_string(value.size()) +
         " bytes; --output json has all of it)";
}

std::string holder_text(const lock::Holder& holder) {
  std::string out = "held      by " + holder.who + "\n";
  out += "          for " + roughly(holder.held_for) + ", token " + std::to_string(holder.token.value) +
         ", lease ends in " + roughly(holder.left) + (holder.detached ? " (detached)" : "") + "\n";
  if (!holder.note.empty()) out += "note      " + holder.note + "\n";
  return out;
}

std::string record_text(const lock::Record& record) {
  std::string out = "state     " + record.state;
  if (record.code) out += ", code " + std::to_string(*record.code);
  out += "\n";
  if (!record.value.empty()) out += "value     " + value_text(record.value) + "\n";
  out += "written   " + roughly(record.age) + " ago by " + record.writer;
  if (record.token)
    out += ", token " + std::to_string(record.token->value) + ", attempt " + std::to_string(record.attempt);
  out += "\nindex     " + std::to_string(record.revision.value) + ", kept for another " +
         roughly(record.left) + "\n";
  return out;
}

void print_view(const Global& global, const lock::NameView& view) {
  const auto name = global.short_name(view.name);
  if (global.output == Output::json) {
    print(json_of(view, name));
    return;
  }
  std::string out = "name      " + name + "\n";
  out += view.holder ? holder_text(*view.holder) : "held      by nobody\n";
  if (view.waiters > 0) out += "waiting   " + std::to_string(view.waiters) + "\n";
  out += view.record ? record_text(*view.record) : "state     no record\n";
  print(out);
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

}  // namespace

int carry_out(const Global& global, const ReadStatus& read) {
  const lock::Query query = lock::GetStatus{global.full_name(read.name)};
  return ask_once(global, {"status " + read.name, query, {}, cli::kFailed, "", read.consistency},
                  [&](const lock::Reply& reply) -> int {
                    const auto* view = std::get_if<lock::NameView>(&reply);
                    if (!view) return unexpected(reply);
                    print_view(global, *view);
                    return view->holder || view->record ? cli::kYes : cli::kNo;
                  });
}

int carry_out(const Global& global, const WaitStatus& wait) {
  const lock::Query query = lock::WaitStatus{global.full_name(wait.name), std::nullopt};
  // First whether the cluster answers at all: behind that, time passes for want of an outcome only.
  const Asked probe{"status " + wait.name,
                    lock::Query(lock::GetStatus{global.full_name(wait.name)}),
                    wait.wait ? std::optional(std::min(*wait.wait, global.timeout)) : std::nullopt,
                    cli::kNotInTime,
                    "",
                    wait.consistency};
  const int reached = ask_once(global, probe, [](const lock::Reply&) -> int { return cli::kYes; });
  if (reached != cli::kYes) return reached;
  constexpr base::Duration kForEver = std::chrono::hours(24 * 365);
  const auto within = wait.wait.value_or(kForEver);
  const Asked asked{"status --wait " + wait.name,
                    query,
                    within,
                    cli::kNotInTime,
                    wait.name + " has no outcome after " + base::format_duration(within),
                    wait.consistency};
  return ask_once(global, asked, [&](const lock::Reply& reply) -> int {
    const auto* view = std::get_if<lock::NameView>(&reply);
    if (!view) return unexpected(reply);
    print_view(global, *view);
    return view->record && view->record->state == "done" ? cli::kYes : cli::kNo;
  });
}

int carry_out(const Global& global, const SetStatus& set) {
  const lock::Operation operation =
      lock::SetStatus{global.full_name(set.name), set.state, set.code, set.value, set.token,
                      revision_of(set.if_index),  set.ttl};
  return ask_once(global, {"status --set " + set.name, operation, {}, cli::kFailed},
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
  return ask_once(global, {"status --clear " + clear.name, operation, {}, cli::kFailed},
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
