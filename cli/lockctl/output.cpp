#include "cli/lockctl/output.hpp"

#include <nlohmann/json.hpp>

#include "cli/common/prometheus.hpp"
#include "core/base/overload.hpp"

namespace lockctl {
namespace {

using nlohmann::json;

// Values are bytes: what is not UTF-8 is shown as such, never thrown over.
std::string line(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

// Of a counted hold also `limit`.
void add_mode(json& out, const lock::Mode& mode) {
  std::visit(base::Overload{[&](const lock::Exclusive&) { out["mode"] = "exclusive"; },
                            [&](const lock::Shared&) { out["mode"] = "shared"; },
                            [&](const lock::Counted& counted) {
                              out["mode"] = "counted";
                              out["limit"] = counted.limit;
                            }},
             mode);
}

json json_of_holder(const lock::Holder& holder) {
  json out = {{"token", holder.token.value},
              {"who", holder.who},
              {"note", holder.note},
              {"detached", holder.detached},
              {"entries", holder.entries},
              {"with", holder.with},
              {"held_for_ms", holder.held_for.count()},
              {"left_ms", holder.left.count()}};
  add_mode(out, holder.mode);
  return out;
}

json json_of_once(const lock::OnceView& once) {
  return {{"attempts", once.attempts},
          {"on_fail", once.on_fail == lock::OnFail::next ? "next" : "replay"},
          {"input", once.input}};
}

json json_of_late(const std::vector<lock::LateResult>& results) {
  auto out = json::array();
  for (const auto& late : results)
    out.push_back(
        {{"token", late.token.value}, {"code", late.code}, {"who", late.who}, {"age_ms", late.age.count()}});
  return out;
}

json json_of_record(const lock::Record& record) {
  return {{"state", record.state},
          {"code", record.code ? json(*record.code) : json()},
          {"value", std::string(record.value.view())},
          {"cut", record.cut},
          {"writer", record.writer},
          {"token", record.token ? json(record.token->value) : json()},
          {"attempt", record.attempt},
          {"index", record.revision.value},
          {"age_ms", record.age.count()},
          {"left_ms", record.left ? json(record.left->count()) : json()},
          {"once", record.once ? json_of_once(*record.once) : json()},
          {"late", json_of_late(record.late)}};
}

json json_of_view(const lock::NameView& view, const std::string& shown_name) {
  auto holders = json::array();
  for (const auto& holder : view.holders) holders.push_back(json_of_holder(holder));
  return {{"name", shown_name},
          {"holder", holders.empty() ? json() : holders.front()},
          {"holders", holders},
          {"holder_count", view.holder_count},
          {"waiters", view.waiters},
          {"blocked_for_ms", view.blocked_for ? json(view.blocked_for->count()) : json()},
          {"record", view.record ? json_of_record(*view.record) : json()}};
}

}  // namespace

std::string json_of(const lock::Members& members) {
  std::string out;
  for (const auto& member : members.members) {
    out += line({{"id", member.id.value},
                 {"address", member.address},
                 {"role", member.role},
                 {"priority", member.priority},
                 {"match", member.match},
                 {"lag", lag_of(members, member)},
                 {"silent_for_ms", member.silent_for.count()},
                 {"promote", member.promote},
                 {"installing", member.installing},
                 {"term", members.term},
                 {"commit", members.commit},
                 {"changing", members.changing}});
  }
  return out;
}

std::string json_of(const lock::Metrics& metrics) {
  std::string out;
  for (const auto& metric : metrics.metrics) {
    json one = {{"name", metric.name},
                {"kind", cli::name_of(metric.kind)},
                {"help", metric.help},
                {"value", metric.value}};
    if (metric.kind == lock::MetricKind::histogram) one["buckets"] = metric.buckets;
    out += line(one);
  }
  return out;
}

std::uint64_t lag_of(const lock::Members& members, const lock::MemberView& member) {
  return members.commit > member.match ? members.commit - member.match : 0;
}

std::string json_of(const lock::NameView& view, const std::string& shown_name) {
  return line(json_of_view(view, shown_name));
}

std::string json_of(const lock::AuditEntry& entry, const std::string& shown_name) {
  return line({{"name", shown_name},
               {"number", entry.number},
               {"what", entry.what},
               {"token", entry.token ? json(entry.token.value) : json()},
               {"who", entry.who},
               {"why", entry.why},
               {"age_ms", entry.age.count()}});
}

std::string json_of(const lock::Change& change, const std::string& shown_name) {
  return line({{"index", change.index},
               {"name", shown_name},
               {"what", change.what},
               {"token", change.token ? json(change.token.value) : json()},
               {"who", change.who},
               {"detail", change.detail},
               {"code", change.code ? json(*change.code) : json()},
               {"revision", change.revision ? json(change.revision.value) : json()}});
}

std::string json_of_reset(std::uint64_t index, const lock::NameView& view, const std::string& shown_name) {
  return line({{"index", index}, {"name", shown_name}, {"view", json_of_view(view, shown_name)}});
}

std::string json_of(const ServerHealth& server) {
  json out = {{"endpoint", server.endpoint}, {"reachable", server.health.has_value()}};
  if (!server.health) {
    out["problem"] = server.problem;
    return line(out);
  }
  const auto& health = *server.health;
  out["node"] = health.node;
  // A cluster id uses all 64 bits, more than many a JSON reader keeps.
  out["cluster"] = std::to_string(health.cluster);
  out["version"] = health.version;
  out["role"] = health.role;
  out["term"] = health.term;
  out["leader"] = health.leader;
  out["commit"] = health.commit;
  out["last_index"] = health.last_index;
  out["members"] = health.members;
  return line(out);
}

std::string json_object(const std::map<std::string, Field>& fields) {
  json out = json::object();
  for (const auto& [name, field] : fields)
    std::visit([&, &key = name](const auto& value) { out[key] = value; }, field);
  return line(out);
}

}  // namespace lockctl
