// The verbs and flags that administer a cluster, and those of `lockctl dev`.
#pragma once

#include "cli/lockctl/words.hpp"

namespace CLI {
class App;
}

namespace lockctl {

CLI::App* add_verb(CLI::App& parent, const char* name, const char* about, const char* footer);
// Takes no value: `--keep=no` is refused.
void add_switch(CLI::App* verb, const char* names, bool& given, const char* about);

void describe_admin(CLI::App& app, Words& words);
void describe_dev(CLI::App& app, Words& words);

}  // namespace lockctl
