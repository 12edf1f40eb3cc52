#include "cli/lockctl/completion_words.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <set>

#include "cli/lockctl/describe.hpp"
#include "cli/lockctl/words.hpp"

namespace lockctl {
namespace {

// `kill|warn` is a choice; of `V|@FILE|-` nothing can be offered.
std::vector<std::string> values_of(const std::string& type) {
  std::vector<std::string> values;
  if (type.find('|') == std::string::npos) return values;
  std::size_t from = 0;
  while (from <= type.size()) {
    const auto bar = std::min(type.find('|', from), type.size());
    auto word = type.substr(from, bar - from);
    if (const auto equals = word.find('='); equals != std::string::npos) word.resize(equals + 1);
    const bool fixed = !word.empty() && std::ranges::none_of(word, [](unsigned char c) {
      return std::isupper(c) != 0 || c == '@';
    }) && word != "-";
    if (fixed) values.push_back(word);
    from = bar + 1;
  }
  return values;
}

std::vector<FlagWords> flags_of(const CLI::App* app) {
  std::vector<FlagWords> flags;
  for (const auto* option : app->get_options()) {
    FlagWords flag;
    for (const auto& name : option->get_snames()) flag.names.push_back("-" + name);
    for (const auto& name : option->get_lnames()) flag.names.push_back("--" + name);
    if (flag.names.empty()) continue;
    flag.about = option->get_description();
    flag.takes_value = option->get_items_expected_max() > 0;
    if (flag.takes_value) flag.values = values_of(option->get_type_name());
    flags.push_back(flag);
  }
  return flags;
}

bool of_lock(const std::string& verb) {
  static const std::set<std::string> kVerbs = {"run",   "once",  "elect",     "acquire", "release",
                                               "renew", "check", "downgrade", "break",   "status",
                                               "watch", "audit", "ls"};
  return kVerbs.contains(verb);
}

void add_verbs(const CLI::App* app, const std::string& before, std::vector<VerbWords>& verbs) {
  for (const auto* sub : app->get_subcommands([](const CLI::App*) { return true; })) {
    const auto name = before + sub->get_name();
    verbs.push_back({name, sub->get_description(), flags_of(sub), of_lock(name)});
    add_verbs(sub, name + " ", verbs);
  }
}

}  // namespace

AllWords all_words() {
  Words words;
  CLI::App app("", "lockctl");
  describe(app, words);
  AllWords all;
  all.global = flags_of(&app);
  add_verbs(&app, "", all.verbs);
  return all;
}

}  // namespace lockctl
