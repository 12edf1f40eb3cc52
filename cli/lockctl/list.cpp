// lockctl ls: every name with a hold, a waiter or a record.
#include "cli/common/exit_code.hpp"
#include "cli/common/table.hpp"
#include "cli/lockctl/endpoints.hpp"
#include "cli/lockctl/one_shot.hpp"
#include "cli/lockctl/output.hpp"
#include "cli/lockctl/say.hpp"
#include "cli/lockctl/verbs.hpp"
#include "cli/lockctl/view_text.hpp"

namespace lockctl {
namespace {

std::string mode_of(const lock::NameView& view) {
  if (view.holders.empty()) return "-";
  const auto mode = mode_text(view.holders.front().mode);
  return view.holder_count > 1 || mode != "exclusive" ? std::to_string(view.holder_count) + " " + mode : mode;
}

std::vector<std::string> row_of(const Global& global, const lock::NameView& view) {
  const auto* first = view.holders.empty() ? nullptr : &view.holders.front();
  return {global.short_name(view.name),
          mode_of(view),
          first ? std::to_string(first->token.value) : "-",
          first ? roughly(first->held_for) : "-",
          std::to_string(view.waiters),
          view.record ? view.record->state : "-",
          view.record && view.record->code ? std::to_string(*view.record->code) : "-",
          first         ? first->who
          : view.record ? view.record->writer
                        : "-"};
}

}  // namespace

int carry_out(const Global& global, const List& list) {
  std::vector<std::vector<std::string>> rows;
  std::string after;
  bool more = true;
  while (more) {
    const lock::Query query = lock::List{global.full_name(list.prefix), after};
    const int code = ask_once(global, {"ls", query, {}, cli::kNotInTime, "", list.consistency},
                              [&](const lock::Reply& reply) -> int {
                                const auto* page = std::get_if<lock::Listing>(&reply);
                                if (!page) return unexpected(reply);
                                for (const auto& view : page->names) {
                                  rows.push_back(row_of(global, view));
                                  if (global.output == Output::json)
                                    print(json_of(view, global.short_name(view.name)));
                                }
                                more = page->more && !page->names.empty();
                                if (more) after = page->names.back().name;
                                return cli::kYes;
                              });
    if (code != cli::kYes) return code;
  }
  if (global.output != Output::json && !rows.empty()) {
    print(cli::table({"NAME", "MODE", "TOKEN", "HELD FOR", "WAITING", "STATE", "CODE", "BY"}, rows));
  }
  return cli::kYes;
}

}  // namespace lockctl
