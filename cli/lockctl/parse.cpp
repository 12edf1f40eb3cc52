#include "cli/lockctl/parse.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <set>

#include "cli/common/exit_code.hpp"
#include "cli/common/nearest.hpp"
#include "cli/lockctl/help.hpp"
#include "cli/lockctl/words.hpp"

namespace lockctl {
namespace {

CLI::App* verb(CLI::App& parent, const char* name, const char* about, const char* footer) {
  auto* sub = parent.add_subcommand(name, about);
  sub->footer(footer)->fallthrough()->allow_extras();
  return sub;
}

void describe_global(CLI::App& app, Words& w) {
  app.add_option("--endpoints", w.endpoints, "Where the cluster is")
      ->type_name("HOST:PORT,...")
      ->envname("LOCKD_ENDPOINTS");
  app.add_option("--ns", w.ns, "Put this and a slash before every name")
      ->type_name("PREFIX")
      ->envname("LOCKD_NS");
  app.add_option("--output", w.output, "text or json: one object a line")
      ->type_name("FORM")
      ->envname("LOCKD_OUTPUT");
  app.add_option("--timeout", w.timeout, "How long the cluster may not answer (10s)")
      ->type_name("DUR")
      ->envname("LOCKD_TIMEOUT");
  app.add_flag("-q,--quiet", w.quiet, "Say nothing but errors")->envname("LOCKD_QUIET");
  app.add_flag("-v,--verbose", w.verbose, "Say what is waited for")->envname("LOCKD_VERBOSE");
  app.set_version_flag("--version", "lockctl " LOCKD_VERSION);
}

void name_of_lock(CLI::App* sub, Words& w) {
  sub->add_option("NAME", w.name, "The lock's name, such as builds/site")->required();
}

void lock_flags(CLI::App* sub, Words& w, const char* ttl) {
  name_of_lock(sub, w);
  sub->add_flag("-x,--exclusive", w.exclusive, "One holder at a time (the default)");
  sub->add_flag("-n,--no-wait", w.no_wait, "Don't wait: 124 at once when it is held");
  sub->add_option("-w,--wait", w.wait, "Wait at most so long; for ever unless given")->type_name("DUR");
  sub->add_option("-t,--ttl", w.ttl, ttl)->type_name("TTL");
  sub->add_option("-E,--timeout-code", w.timeout_code, "Exit with this instead of 124")->type_name("CODE");
  sub->add_option("--note", w.note, "Shown to those who wait")->type_name("TEXT");
}

void token_flag(CLI::App* sub, Words& w) {
  sub->add_option("--token", w.token, "The hold's token")->type_name("T");
}

void describe_locks(CLI::App& app, Words& w) {
  auto* run = verb(app, "run", "Run a command while holding a lock: run [flags] NAME -- CMD...", help::kRun);
  lock_flags(run, w, "The lease, renewed while the command runs (15s)");
  run->add_option("-k,--kill-after", w.kill_after,
                  "From TERM to KILL (the least of 5s and a third of the lease)")
      ->type_name("DUR");
  run->add_option("--on-lost", w.on_lost, "kill the command when the lock is lost, or warn and let it run")
      ->type_name("kill|warn");

  auto* acquire = verb(app, "acquire", "Take a lock and print its token", help::kAcquire);
  lock_flags(acquire, w, "How long the hold lives unless renewed (60s)");
  acquire->add_option("--while-pid", w.while_pid, "Renew until this process is gone, then release")
      ->type_name("PID");

  auto* release = verb(app, "release", "End a hold", help::kRelease);
  auto* renew = verb(app, "renew", "Extend a hold of `acquire`", help::kRenew);
  auto* check = verb(app, "check", "Does this hold still stand?", help::kCheck);
  for (auto* sub : {release, renew, check}) {
    name_of_lock(sub, w);
    token_flag(sub, w);
  }
  renew->add_option("-t,--ttl", w.ttl, "From now on (60s)")->type_name("TTL");
}

void describe_status(CLI::App& app, Words& w) {
  auto* status = verb(app, "status", "Who holds a name, who waits, and the recorded outcome", help::kStatus);
  name_of_lock(status, w);
  status->add_option("--set", w.set, "Write: pending, running, done, failed, lost or a word of yours")
      ->type_name("STATE");
  status->add_option("--if-index", w.if_index, "Only if the record has this index; 0: only if there is none")
      ->type_name("N");
  status->add_option("--code", w.code, "With --set: an exit code")->type_name("N");
  status->add_option("--value", w.value, "With --set: a text, a file, or standard input")
      ->type_name("V|@FILE|-");
  token_flag(status, w);
  status->add_option("-t,--ttl", w.ttl, "With --set: how long the record is kept (24h)")->type_name("TTL");
  status->add_flag("--wait", w.wait_status, "Until it is done, failed or lost");
  status->add_option("-w", w.wait, "With --wait: at most so long")->type_name("DUR");
  status->add_flag("--clear", w.clear, "Remove the record");

  auto* list = verb(app, "ls", "Every name that is in use", help::kList);
  list->add_option("PREFIX", w.name, "Only names that begin with it");
  verb(app, "health", "Every server about itself", help::kHealth);
}

void describe_tools(CLI::App& app, Words& w) {
  auto* bench = verb(app, "bench", "Load the cluster and measure", help::kBench);
  bench->add_option("--clients", w.clients, "Each with its own session (16)")->type_name("N");
  bench->add_option("--secs", w.seconds, "Measured (5s)")->type_name("DUR");
  bench->add_option("--warmup", w.warmup, "Before that (1s)")->type_name("DUR");
  bench->add_option("--workload", w.workload, "uncontended, contended, status, read or mixed")
      ->type_name("W");
  bench->add_option("--names", w.names, "With mixed: how many locks the clients share (8)")->type_name("N");
  bench->add_option("--history", w.history, "With mixed: what each client saw, for `raftsim check`")
      ->type_name("FILE");
  bench->add_option("--pids", w.pids, "Of the servers, to account their CPU")->type_name("PID,...");
  bench->add_option("--label", w.label, "Of a RESULT line")->type_name("TEXT");

  auto* dev = verb(app, "dev", "A local cluster to play with", help::kDev);
  dev->require_subcommand(1);
  auto* up = verb(*dev, "up", "Start a cluster here, or what of it is down", help::kDev);
  up->add_option("--servers", w.servers, "How many (5)")->type_name("N");
  auto* status = verb(*dev, "status", "Its servers", help::kDev);
  auto* kill = verb(*dev, "kill", "Send a signal to a server", help::kDev);
  kill->add_option("WHOM", w.whom, "A server's number, or leader")->required();
  kill->add_option("--signal", w.signal, "KILL unless given")->type_name("SIG");
  auto* down = verb(*dev, "down", "Stop it and remove it", help::kDev);
  down->add_flag("--keep", w.keep, "Keep the data for the next `dev up`");
  for (auto* sub : {up, status, kill, down}) {
    sub->add_option("--dir", w.folder, "The folder that holds .lockd-dev/ (this one)")->type_name("DIR");
  }
}

void add_flags_of(const CLI::App* app, std::vector<std::string>& flags) {
  for (const auto* option : app->get_options()) {
    for (const auto& name : option->get_lnames()) flags.push_back("--" + name);
    for (const auto& name : option->get_snames()) flags.push_back("-" + name);
  }
}

std::string did_you_mean(const std::string& word, const std::vector<std::string>& valid) {
  const auto close = cli::nearest(word, valid);
  if (close) return "; did you mean " + *close + "?";
  std::string all;
  for (const auto& one : valid) all += (all.empty() ? "" : " ") + one;
  return "; there are: " + all;
}

std::string unknown_word(const CLI::App* parent, const std::string& word) {
  static const std::set<std::string> kLater = {"-s",      "--shared", "--max-hold", "--barge",
                                               "--queue", "--red",    "--history",  "--watch"};
  static const std::set<std::string> kLaterVerbs = {"once",      "watch",    "break",     "elect",
                                                    "fence",     "audit",    "members",   "transfer",
                                                    "downgrade", "snapshot", "completion"};
  const auto flag = word.substr(0, word.find('='));
  if (kLater.contains(flag) || word.starts_with("-S")) {
    return flag + " is not offered in this version: locks are exclusive, and first come is first served";
  }
  if (word.starts_with('-')) {
    std::vector<std::string> flags;
    for (const auto* app = parent; app != nullptr; app = app->get_parent()) add_flags_of(app, flags);
    return "there is no flag " + flag + did_you_mean(flag, flags);
  }
  std::vector<std::string> verbs;
  for (const auto* sub : parent->get_subcommands([](const CLI::App*) { return true; }))
    verbs.push_back(sub->get_name());
  if (parent->get_name() == "run")
    return "'" + word + "' is one word too many: write the command behind `--`: lockctl run NAME -- CMD...";
  if (verbs.empty()) return "'" + word + "' is one word too many";
  if (!parent->get_parent() && kLaterVerbs.contains(word)) {
    return "`" + word + "` is not offered in this version" + did_you_mean("", verbs);
  }
  return "there is no verb '" + word + "'" + did_you_mean(word, verbs);
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

// The first option that was given nothing: an unset variable of a script, more likely than a wish.
std::string given_nothing(const CLI::App* sub) {
  static const std::set<std::string> kMayBeEmpty = {"value", "note", "label", "endpoints", "ns"};
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

// What CLI11 complains about, in our words.
std::string reworded(const std::string& problem, const CLI::App* sub) {
  static const std::string kConvert = "Could not convert: ";
  const auto equals = problem.find(" = ");
  if (problem.starts_with(kConvert) && equals != std::string::npos) {
    const auto flag = problem.substr(kConvert.size(), equals - kConvert.size());
    const bool yes_or_no = flag == "--quiet" || flag == "--verbose";
    return flag + ": '" + problem.substr(equals + 3) + "' is not " +
           (yes_or_no ? "true or false" : "a number");
  }
  if (!problem.starts_with("A subcommand is required")) return problem;
  return sub->get_parent() ? "which of up, status, kill and down?" : "which verb?";
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
  describe_global(app, words);
  describe_locks(app, words);
  describe_status(app, words);
  describe_tools(app, words);
  std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.empty()) return UsageError{"which verb? `lockctl --help` tells them", cli::kUsage};
  // A command belongs to itself: none of its words is a flag of ours.
  const auto dashes = std::ranges::find(arguments, "--");
  const bool for_run = std::find(arguments.begin(), dashes, "run") != dashes;
  const int code = for_run ? int{cli::kFailed} : int{cli::kUsage};
  if (for_run && dashes != arguments.end()) {
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
  if (!problem.empty())
    return UsageError{
        problem + "; `lockctl " + (sub == &app ? "" : words_of(sub) + " ") + "--help` shows how", code};
  auto options = make_options(words_of(sub), words);
  if (!options)
    return UsageError{options.error(), words_of(sub) == "run" ? int{cli::kFailed} : int{cli::kUsage}};
  return std::move(options).value();
}

}  // namespace lockctl
