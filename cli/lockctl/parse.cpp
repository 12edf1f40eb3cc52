#include "cli/lockctl/parse.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <regex>
#include <set>

#include "cli/common/exit_code.hpp"
#include "cli/common/nearest.hpp"
#include "cli/lockctl/describe.hpp"
#include "cli/lockctl/help.hpp"
#include "cli/lockctl/words.hpp"

namespace lockctl {
namespace {

void add_flags_of(const CLI::App* app, std::vector<std::string>& flags) {
  for (const auto* option : app->get_options()) {
    for (const auto& name : option->get_lnames()) flags.push_back("--" + name);
    for (const auto& name : option->get_snames()) flags.push_back("-" + name);
  }
}

const CLI::App* innermost(const CLI::App& app) {
  const auto* at = &app;
  while (!at->get_subcommands().empty()) at = at->get_subcommands().front();
  return at;
}

std::string words_of(const CLI::App* sub) {
  const auto* parent = sub->get_parent();
  return (parent->get_parent() ? parent->get_name() + " " : "") + sub->get_name();
}

std::string help_of(const CLI::App* sub) {
  return (sub->get_parent() ? words_of(sub) + " " : "") + "--help";
}

std::string unknown_word(const CLI::App* parent, const std::string& word) {
  const auto flag = word.substr(0, word.find('='));
  if (word.starts_with('-')) {
    std::vector<std::string> flags;
    for (const auto* app = parent; app != nullptr; app = app->get_parent()) add_flags_of(app, flags);
    // Of one letter every other is as near.
    const auto meant = flag.size() > 2 ? cli::nearest(flag, flags) : std::nullopt;
    return "there is no flag " + (flag.size() > 1 ? flag : word) +
           (meant ? "; did you mean " + *meant + "?" : "; `lockctl " + help_of(parent) + "` tells them");
  }
  std::vector<std::string> verbs;
  for (const auto* sub : parent->get_subcommands([](const CLI::App*) { return true; }))
    verbs.push_back(sub->get_name());
  if (parent->get_name() == "members" && word == "add") {
    return "servers join by themselves: start `lockd --join HOST:PORT --data DIR --listen HOST:PORT` where "
           "the "
           "new one is to run";
  }
  if (takes_command(parent->get_name())) {
    const auto& verb = parent->get_name();
    return "'" + word + "' is one word too many: write the command behind `--`: lockctl " + verb +
           (verb == "fence" ? " FILE" : " NAME") + " -- CMD...";
  }
  if (verbs.empty()) return "'" + word + "' is one word too many";
  return "there is no verb '" + word + "'" + cli::did_you_mean(word, verbs);
}

// The first option that was given nothing: an unset variable of a script, more likely than a wish.
std::string given_nothing(const CLI::App* sub) {
  static const std::set<std::string> kMayBeEmpty = {"value", "note", "label", "endpoints", "ns", "history"};
  for (const auto* app = sub; app != nullptr; app = app->get_parent()) {
    for (const auto* option : app->get_options()) {
      if (option->get_lnames().empty() && option->get_snames().empty()) continue;
      const auto& name =
          option->get_lnames().empty() ? option->get_snames().front() : option->get_lnames().front();
      const auto given = option->results();
      if (kMayBeEmpty.contains(name) || std::ranges::find(given, "") == given.end()) continue;
      return (name.size() == 1 ? "-" : "--") + name + " is empty: give it a value or leave it out";
    }
  }
  return "";
}

std::string not_a_number(const std::string& flag, const std::string& value) {
  const bool yes_or_no = flag == "--quiet" || flag == "--verbose";
  return flag + ": '" + value + "' is not " + (yes_or_no ? "true or false" : "a number");
}

// What CLI11 complains about, in our words.
std::string reworded(const std::string& problem, const CLI::App* sub) {
  std::smatch found;
  const auto is = [&](const char* form) { return std::regex_search(problem, found, std::regex(form)); };
  if (is("^Could not convert: (.*) = (.*)")) return not_a_number(found[1], found[2]);
  if (is("^(.*): 1 required (.*) missing")) return found[1].str() + " wants a value: " + found[2].str();
  if (is("^(.*): At Most 1 required but received")) return found[1].str() + " is given more than once";
  if (is("^(.*) was given a disallowed flag override"))
    return (found[1].length() == 1 ? "-" : "--") + found[1].str() + " takes no value";
  const bool verb_missing = problem.starts_with("A subcommand is required");
  if (!verb_missing && is("^(.*) is required$")) return found[1].str() + " is missing";
  if (!verb_missing) return problem;
  return sub->get_parent() ? "which of up, status, add, remove, restart, kill, pause, resume and down?"
                           : "which verb?";
}

// Whether the first word that is a verb has a command behind `--`.
bool runs_command(const CLI::App& app, const std::vector<std::string>& arguments) {
  const auto verbs = app.get_subcommands([](const CLI::App*) { return true; });
  for (const auto& word : arguments) {
    if (word == "--") return false;
    if (std::ranges::find(verbs, word, &CLI::App::get_name) != verbs.end()) return takes_command(word);
  }
  return false;
}

// CLI11 takes arguments from the back.
std::vector<std::string> reversed(std::vector<std::string> words) {
  std::ranges::reverse(words);
  return words;
}

}  // namespace

std::variant<Options, Answer, UsageError> parse_options(int argc, char** argv) {
  Words words;
  CLI::App app(help::kAbout, "lockctl");
  app.footer(help::kTop)->require_subcommand(1)->allow_extras();
  describe(app, words);
  std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.empty()) return UsageError{"which verb? `lockctl --help` tells them", cli::kUsage};
  // A command belongs to itself: none of its words is a flag of ours.
  const auto dashes = std::ranges::find(arguments, "--");
  const bool for_command = runs_command(app, arguments);
  const int code = for_command ? int{cli::kFailed} : int{cli::kUsage};
  if (for_command && dashes != arguments.end()) {
    words.command.assign(dashes + 1, arguments.end());
    arguments.erase(dashes, arguments.end());
  }
  std::string problem;
  try {
    app.parse(reversed(arguments));
  } catch (const CLI::CallForHelp&) {
    return Answer{app.help()};
  } catch (const CLI::CallForVersion&) {
    return Answer{"lockctl " LOCKD_VERSION "\n"};
  } catch (const CLI::ParseError& error) {
    problem = reworded(error.what(), innermost(app));
  }
  const auto* sub = innermost(app);
  auto extra = app.remaining(true);
  std::erase(extra, "--");  // what is behind it is no flag, and that is all it says
  if (!extra.empty()) return UsageError{unknown_word(sub, extra.front()), code};
  if (const auto empty = given_nothing(sub); !empty.empty()) return UsageError{empty, code};
  if (!problem.empty()) return UsageError{problem + "; `lockctl " + help_of(sub) + "` shows how", code};
  auto options = make_options(words_of(sub), words);
  if (!options) return UsageError{options.error(), code};
  return std::move(options).value();
}

}  // namespace lockctl
