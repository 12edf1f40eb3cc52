// Every verb and flag, as CLI11 is to know them.
#pragma once

#include <string>

#include "cli/lockctl/words.hpp"

namespace CLI {
class App;
}

namespace lockctl {

// The verbs that have a command behind `--`.
bool takes_command(const std::string& verb);

// What is read goes into `words`, which must live as long as `app`.
void describe(CLI::App& app, Words& words);

}  // namespace lockctl
