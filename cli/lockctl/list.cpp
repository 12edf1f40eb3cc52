// lockctl ls: every name with a hold, a waiter or a record.
#include "cli/common/exit_code.hpp"
#include "cli/common/table.hpp"
#include "cli/lockctl/endpoints.hpp"
#include "cli/lockctl/one_shot.hpp"
#include "cli/lockctl/output.hpp"
#include "cli/lockctl/say.hpp"
#include "cli/lockctl/verbs.hpp"

namespace lockctl {
namespace {

std::vector<std::string> row_of(const Global& global, const lock::NameView& view) {
  std::vector<std::string> row{global.short_name(view.name)};
  row.push_back(view.holder ? std::to_string(view.holder->token.value) : "-");
  row.push_back(view.holder ? roughly(view.holder->held_for) : "-");
  row.push_back(std::to_string(view.waiters));
  row.push_back(view.record ? view.record->state : "-");
  row.push_back(view.record && view.record->code ? std::to_string(*view.record->code) : "-");
  row.push_back(view.holder ? view.holder->who : view.record ? view.record->writer : "-");
  return row;
}

}  // namespace

int carry_out(const Global& global, const List& list) {
  std::vector<std::vector<std::string>> rows;
  std::string after;
  bool more = true;
  while (more) {
    const lock::Query query = lock::List{global.full_name(list.prefix), after};
    const int code = ask_once(global, {"ls", query, {}, cli::kFailed, "", list.consistency},
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
    print(cli::table({"NAME", "TOKEN", "HELD FOR", "WAITING", "STATE", "CODE", "BY"}, rows));
  }
  return cli::kYes;
}

}  // namespace lockctl
