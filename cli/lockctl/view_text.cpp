#include "cli/lockctl/view_text.hpp"

#include <algorithm>

#include "cli/common/printable.hpp"
#include "cli/lockctl/say.hpp"
#include "core/base/overload.hpp"

namespace lockctl {
namespace {

using cli::printable;

std::string value_text(const lock::Record& record) {
  constexpr std::size_t kShown = 200;
  const std::string value(record.value.view());
  const std::string cut = record.cut ? " (cut: the servers have no more of it)" : "";
  const auto newline = value.find('\n');
  const bool whole = value.size() <= kShown && (newline == std::string::npos || newline + 1 == value.size());
  if (whole) return printable(value.substr(0, newline)) + cut;
  return printable(value.substr(0, std::min(newline, kShown))) + "... (" + std::to_string(value.size()) +
         " bytes; --output json has all of it)" + cut;
}

// Of an exclusive hold nothing: it is what one expects.
std::string held_how(const lock::Holder& holder) {
  return std::holds_alternative<lock::Exclusive>(holder.mode) ? "by " : mode_text(holder.mode) + " by ";
}

std::string holder_text(const lock::Holder& holder) {
  std::string out = "held      " + held_how(holder) + printable(holder.who) + "\n";
  out += "          for " + roughly(holder.held_for) + ", token " + std::to_string(holder.token.value) +
         ", lease ends in " + roughly(holder.left) + (holder.detached ? " (detached)" : "");
  if (holder.entries > 1) out += ", entered " + std::to_string(holder.entries) + " times";
  out += "\n";
  if (!holder.with.empty()) {
    std::string with;
    for (const auto& name : holder.with) with += (with.empty() ? "" : ", ") + printable(name);
    out += "          together with " + with + "\n";
  }
  if (!holder.note.empty()) out += "note      " + printable(holder.note) + "\n";
  return out;
}

std::string holders_text(const lock::NameView& view) {
  std::string out;
  for (const auto& holder : view.holders) out += holder_text(holder);
  if (view.holder_count > view.holders.size())
    out += "held      by " + std::to_string(view.holder_count - view.holders.size()) + " more\n";
  if (view.holders.empty() && view.holder_count == 0) out += "held      by nobody\n";
  if (view.blocked_for) out += "blocked   nobody gets it for another " + roughly(*view.blocked_for) + "\n";
  if (view.waiters > 0) out += "waiting   " + std::to_string(view.waiters) + "\n";
  return out;
}

std::string once_text(const lock::OnceView& once) {
  const auto left = once.on_fail == lock::OnFail::next ? "a failure is tried again by the next caller"
                                                       : "a failure is the outcome";
  return "once      at most " + std::to_string(once.attempts) + " attempts; " + left +
         (once.input.empty() ? "" : "; input " + printable(once.input)) + "\n";
}

std::string record_text(const lock::Record& record) {
  std::string out = "state     " + printable(record.state);
  if (record.code) out += ", code " + std::to_string(*record.code);
  out += "\n";
  if (record.value.size() > 0) out += "value     " + value_text(record) + "\n";
  out += "written   " + roughly(record.age) + " ago by " + printable(record.writer);
  if (record.token) out += ", token " + std::to_string(record.token->value);
  if (record.token || record.attempt > 0) out += ", attempt " + std::to_string(record.attempt);
  out += "\nindex     " + std::to_string(record.revision.value);
  out += record.left ? ", kept for another " + roughly(*record.left) : ", kept while it runs";
  out += "\n";
  if (record.once) out += once_text(*record.once);
  for (const auto& late : record.late) {
    out += "late      code " + std::to_string(late.code) + " by " + printable(late.who) + ", token " +
           std::to_string(late.token.value) + ", " + roughly(late.age) + " ago: refused\n";
  }
  return out;
}

}  // namespace

std::string mode_text(const lock::Mode& mode) {
  return std::visit(
      base::Overload{[](const lock::Exclusive&) { return std::string("exclusive"); },
                     [](const lock::Shared&) { return std::string("shared"); },
                     [](const lock::Counted& counted) { return "of " + std::to_string(counted.limit); }},
      mode);
}

std::string view_text(const lock::NameView& view, const std::string& shown_name) {
  return "name      " + shown_name + "\n" + holders_text(view) +
         (view.record ? record_text(*view.record) : "state     no record\n");
}

std::string view_line(const lock::NameView& view, const std::string& shown_name) {
  std::string out = shown_name;
  if (!view.holders.empty()) {
    const auto& first = view.holders.front();
    out += " held " + held_how(first) + first.who + ", token " + std::to_string(first.token.value);
  } else {
    out += " held by nobody";
  }
  if (view.holder_count > 1) out += " and " + std::to_string(view.holder_count - 1) + " more";
  if (view.waiters > 0) out += "; " + std::to_string(view.waiters) + " waiting";
  if (view.record) out += "; state " + view.record->state;
  if (view.record && view.record->code) out += ", code " + std::to_string(*view.record->code);
  return printable(out);
}

}  // namespace lockctl
