// lockctl audit: grants, ends and breaks of a name, with reasons.
#include "cli/common/exit_code.hpp"
#include "cli/common/table.hpp"
#include "cli/lockctl/one_shot.hpp"
#include "cli/lockctl/output.hpp"
#include "cli/lockctl/say.hpp"
#include "cli/lockctl/verbs.hpp"

namespace lockctl {
namespace {

std::vector<std::string> row_of(const lock::AuditEntry& entry) {
  return {roughly(entry.age) + " ago", entry.what, entry.token ? std::to_string(entry.token.value) : "-",
          entry.who.empty() ? "-" : entry.who, entry.why.empty() ? "-" : entry.why};
}

}  // namespace

int carry_out(const Global& global, const Audit& audit) {
  std::vector<std::vector<std::string>> rows;
  std::uint64_t before = 0, told = 0;
  bool more = true;
  while (more) {
    const lock::Query query = lock::GetAudit{global.full_name(audit.name), before};
    const auto page = [&](const lock::Reply& reply) -> int {
      const auto* trail = std::get_if<lock::AuditTrail>(&reply);
      if (!trail) return unexpected(reply);
      for (const auto& entry : trail->entries) {
        ++told;
        if (global.output == Output::json) {
          print(json_of(entry, audit.name));
        } else {
          rows.push_back(row_of(entry));
        }
      }
      more = trail->more && !trail->entries.empty();
      if (more) before = trail->entries.back().number;
      return cli::kYes;
    };
    const int code = ask_once(global, {"audit " + audit.name, query, {}, cli::kNotInTime}, page);
    if (code != cli::kYes) return code;
  }
  if (!rows.empty()) print(cli::table({"WHEN", "WHAT", "TOKEN", "WHO", "WHY"}, rows));
  if (told == 0) say(global.quiet, "nothing is known of " + audit.name);
  return told > 0 ? cli::kYes : cli::kNo;
}

}  // namespace lockctl
