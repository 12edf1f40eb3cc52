#include "cli/lockctl/output.hpp"

#include <nlohmann/json.hpp>

#include "cli/common/prometheus.hpp"

namespace lockctl {
namespace {

using nlohmann::json;

// Values are bytes: what is not UTF-8 is shown as such, never thrown over.
std::string line(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

json json_of_holder(const lock::Holder& holder) {
  return {{"token", holder.token.value},
          {"who", holder.who},
          {"note", holder.note},
          {"detached", holder.detached},
          {"held_for_ms", holder.held_for.count()},
          {"left_ms", holder.left.count()}};
}

json json_of_record(const lock::Record& record) {
  return {{"state", record.state},
          {"code", record.code ? json(*record.code) : json()},
          {"value", record.value},
          {"writer", record.writer},
          {"token", record.token ? json(record.token->value) : json()},
          {"attempt", record.attempt},
          {"index", record.revision.value},
          {"age_ms", record.age.count()},
          {"left_ms", record.left.count()}};
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
  return line({{"name", shown_name},
               {"holder", view.holder ? json_of_holder(*view.holder) : json()},
               {"waiters", view.waiters},
               {"record", view.record ? json_of_record(*view.record) : json()}});
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
