// lockctl limits: the bounds that every server of the cluster keeps, and moving them.
#include "cli/common/exit_code.hpp"
#include "cli/common/table.hpp"
#include "cli/lockctl/one_shot.hpp"
#include "cli/lockctl/output.hpp"
#include "cli/lockctl/say.hpp"
#include "cli/lockctl/setting_kind.hpp"
#include "cli/lockctl/verbs.hpp"
#include "core/base/duration.hpp"

namespace lockctl {

SettingKind kind_of_setting(const std::string& name) {
  if (name == "evict_lru") return SettingKind::on_off;
  const bool time =
      name == "ttl_min" || name == "ttl_max" || name == "record_ttl_max" || name == "lock_delay_max";
  return time ? SettingKind::time : SettingKind::number;
}

namespace {

std::string text_of(const lock::Setting& setting) {
  switch (kind_of_setting(setting.name)) {
    case SettingKind::on_off:
      return setting.value == 0 ? "off" : "on";
    case SettingKind::time:
      return base::format_duration(lock::Millis(static_cast<std::int64_t>(setting.value)));
    case SettingKind::number:
      break;
  }
  return std::to_string(setting.value);
}

int answer(const Global& global, const lock::Reply& reply) {
  const auto* settings = std::get_if<lock::Settings>(&reply);
  if (!settings) return unexpected(reply);
  std::map<std::string, Field> fields;
  std::vector<std::vector<std::string>> rows;
  for (const auto& setting : settings->settings) {
    fields[setting.name] = setting.value;
    rows.push_back({setting.name, text_of(setting)});
  }
  print(global.output == Output::json ? json_object(fields) : cli::table({"NAME", "VALUE"}, rows));
  return cli::kYes;
}

}  // namespace

int carry_out(const Global& global, const ShowLimits&) {
  return ask_once(global, {"limits", lock::Query(lock::GetSettings{}), {}, cli::kNotInTime},
                  [&](const lock::Reply& reply) -> int { return answer(global, reply); });
}

int carry_out(const Global& global, const MoveLimits& move) {
  const Asked asked{"limits", lock::Admin(lock::Configure{move.settings}),
                    {},       cli::kNotInTime,
                    "",       lock::Consistency::linearizable,
                    cli::kNo};
  return ask_once(global, asked, [&](const lock::Reply& reply) -> int { return answer(global, reply); });
}

}  // namespace lockctl
