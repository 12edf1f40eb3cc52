// How a bound of the servers is written and shown: they know numbers only.
#pragma once

#include <string>

namespace lockctl {

enum class SettingKind { number, time, on_off };

// What the servers don't know is a number; they refuse it.
SettingKind kind_of_setting(const std::string& name);

}  // namespace lockctl
