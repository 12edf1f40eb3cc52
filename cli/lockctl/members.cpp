// lockctl members, transfer: who belongs to the cluster, and who leads it.
#include "cli/common/table.hpp"
#include "cli/lockctl/endpoints.hpp"
#include "cli/lockctl/one_shot.hpp"
#include "cli/lockctl/output.hpp"
#include "cli/lockctl/say.hpp"
#include "cli/lockctl/verbs.hpp"

namespace lockctl {
namespace {

std::string flags_of(const lock::MemberView& member) {
  std::string flags = member.promote ? "promote" : "";
  if (member.installing) flags += std::string(flags.empty() ? "" : ",") + "installing";
  return flags.empty() ? "-" : flags;
}

void print_members(const Global& global, const lock::Members& members) {
  if (global.output == Output::json) {
    print(json_of(members));
    return;
  }
  std::vector<std::vector<std::string>> rows;
  for (const auto& member : members.members) {
    const bool leads = member.role == "leader";
    rows.push_back({std::to_string(member.id.value), member.address, member.role,
                    std::to_string(member.priority), std::to_string(member.match),
                    std::to_string(lag_of(members, member)), leads ? "-" : roughly(member.silent_for),
                    flags_of(member)});
  }
  print(cli::table({"ID", "ADDRESS", "ROLE", "PRIORITY", "MATCH", "LAG", "SILENT FOR", "FLAGS"}, rows));
  if (members.changing) say(global.quiet, "a change of the members is under way");
}

}  // namespace

int carry_out(const Global& global, const ListMembers&) {
  const lock::Admin question = lock::GetMembers{};
  return ask_once(global, {"members", question, {}, cli::kNotInTime}, [&](const lock::Reply& reply) -> int {
    const auto* members = std::get_if<lock::Members>(&reply);
    if (!members) return unexpected(reply);
    print_members(global, *members);
    return cli::kYes;
  });
}

int carry_out(const Global& global, const AlterMembers& alter) {
  const Asked asked{"members", lock::Admin(alter.change),       alter.wait, cli::kNotInTime,
                    "",        lock::Consistency::linearizable, cli::kNo};
  return ask_once(global, asked, [&](const lock::Reply& reply) -> int {
    if (!std::holds_alternative<lock::MembersChanged>(reply)) return unexpected(reply);
    if (global.output == Output::json) print(json_object({{"changed", true}}));
    say(global.quiet, alter.done);
    return cli::kYes;
  });
}

int carry_out(const Global& global, const Transfer& transfer) {
  const lock::Admin question = lock::TransferLeadership{transfer.to};
  const Asked asked{"transfer", question, transfer.wait, cli::kNotInTime, "", lock::Consistency::linearizable,
                    cli::kNo};
  return ask_once(global, asked, [&](const lock::Reply& reply) -> int {
    const auto* transferred = std::get_if<lock::Transferred>(&reply);
    if (!transferred) return unexpected(reply);
    if (global.output == Output::json) print(json_object({{"leader", transferred->leader.value}}));
    say(global.quiet, "server " + std::to_string(transferred->leader.value) + " leads");
    return cli::kYes;
  });
}

}  // namespace lockctl
