#include <CLI/CLI.hpp>
#include <algorithm>
#include <exception>
#include <iostream>

#include "cli/common/nearest.hpp"
#include "cli/raftsim/verbs.hpp"

namespace raftsim {

namespace {

constexpr const char* kExploreFooter =
    "A breadth-first search over the real consensus core with disks in memory. Messages come in any order or "
    "never; a write "
    "becomes durable in its turn, at any time; election timers fire at any time. What is counted above is "
    "bounded; a path "
    "beyond it isn't searched. Time is not searched: leases by clock are off.\n"
    "Exit status: 0 the whole space was searched without a violation, 1 a violation (the shortest path to "
    "one is told), "
    "2 time, memory or depth ran out first, 64 usage, 70 internal error.";

void add_explore(CLI::App& app, ExploreAsked& asked, int& code) {
  auto* verb = app.add_subcommand("explore", "every interleaving within bounds, on the real core");
  auto& bounds = asked.bounds;
  const auto bound = [&](const char* name, unsigned& value, unsigned low, unsigned high, const char* what) {
    verb->add_option(name, value, what)->check(CLI::Range(low, high))->capture_default_str();
  };
  bound("--servers", bounds.servers, 1, explore::kServersMax, "servers");
  bound("--terms", bounds.terms, 1, explore::kTermsMax, "no election beyond this term");
  bound("--elections", bounds.elections, 0, 100,
        "election timers that fire, in all; 0: as many as the terms allow");
  bound("--entries", bounds.entries, 0, 100, "commands proposed, beside the first entry of each leader");
  bound("--crashes", bounds.crashes, 0, 100, "crashes; the disk keeps any prefix of the writes that wait");
  bound("--rounds", bounds.rounds, 0, 100, "rounds of heartbeats a leader; those of later rounds are lost");
  bound("--reads", bounds.reads, 0, 100, "linearizable reads");
  bound("--cut-offs", bounds.cut_offs, 0, 100, "leaders that step down because no quorum answers");
  bound("--voters", bounds.voters, 0, explore::kServersMax,
        "servers of the first configuration; the others have yet to join; 0: all");
  bound("--changes", bounds.changes, 0, 100, "servers removed, or added and let vote");
  bound("--snapshots", bounds.snapshots, 0, 100, "servers that compact their log up to what is committed");
  bound("--transfers", bounds.transfers, 0, 100, "leaders asked to hand over");
  bound("--batch", bounds.batch, 1, 1024, "entries of one Append at most");
  bound("--depth", bounds.depth, 0, 1000000, "steps; 0: any number");
  verb->add_option("--duplicates", asked.duplicates,
                   "messages that come once more; or `any`: each any number of times")
      ->capture_default_str();
  verb->add_option("--disk", asked.disk, "slow: a write may wait; instant: it doesn't")
      ->check(CLI::IsMember({"slow", "instant"}))
      ->capture_default_str();
  verb->add_option("--from", asked.from,
                   "figure-8: begin with the logs of Raft's figure 8 (b), of three servers or five")
      ->check(CLI::IsMember({"figure-8"}));
  verb->add_flag("--pre-vote", bounds.pre_vote,
                 "pre-votes are messages; otherwise every one is supposed granted");
  verb->add_flag("!--no-symmetry", bounds.symmetry,
                 "tell states apart that differ by the servers' names only");
  verb->add_option("--budget", asked.budget, "wall time")->capture_default_str();
  verb->add_option("--memory", asked.memory_mib, "MiB")
      ->check(CLI::Range(std::uint64_t{16}, std::uint64_t{1} << 20))
      ->capture_default_str();
  verb->footer(kExploreFooter);
  verb->callback([&] { code = explore(asked); });
}

void add_seed(CLI::App& verb, std::optional<std::uint64_t>& seed, const char* what) {
  const auto check = [](const std::string& text) {
    const bool number =
        !text.empty() && text.size() <= 19 && text.find_first_not_of("0123456789") == text.npos;
    return number ? std::string() : "'" + text + "' is not a seed: give a whole number, such as 7";
  };
  verb.add_option("--seed", seed, what)->check(CLI::Validator(check, "N"));
}

void add_shrink(CLI::App& app, ShrinkAsked& asked, int& code) {
  auto* verb = app.add_subcommand("shrink", "the least faults, clients, servers and time that still fail");
  verb->add_option("FILE", asked.file, "the scenario")->required();
  add_seed(*verb, asked.seed, "a seed that fails; none where the scenario has a schedule");
  verb->add_option("-o,--out", asked.out, "write the smaller scenario to this file")->required();
  verb->add_option("--budget", asked.budget, "wall time")->capture_default_str();
  verb->add_option("--jobs", asked.jobs, "processes; otherwise one a processor")->check(CLI::Range(1, 1024));
  verb->footer(
      "What is written is one run, with a schedule instead of seeds: it fails by itself, by the same check, "
      "and passes once the bug is mended; keep it in scenarios/regressions.\n"
      "Exit status: 0 written, and it fails twice the same way, 64 usage, or the run does not fail.");
  verb->callback([&] { code = shrink(asked); });
}

void add_sweep(CLI::App& app, SweepAsked& asked, int& code) {
  auto* verb = app.add_subcommand("sweep", "one fault at every k-th disk operation, message or timer");
  verb->add_option("FILE", asked.file, "the scenario")->required();
  verb->add_option("--what", asked.what, "where faults strike")
      ->check(CLI::IsMember({"all", "disk", "messages", "timers", "crashes"}))
      ->capture_default_str();
  add_seed(*verb, asked.seed, "the run; otherwise the scenario's first seed, or its schedule");
  verb->add_option("--every", asked.every, "only every so many-th place")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 40))
      ->capture_default_str();
  verb->add_option("--budget", asked.budget, "wall time")->capture_default_str();
  verb->add_option("--jobs", asked.jobs, "processes; otherwise one a processor")->check(CLI::Range(1, 1024));
  verb->add_option("-o,--out", asked.out, "write failing runs as scenarios into this directory");
  verb->footer(
      "messages: each lost, doubled, held up or with a flipped bit; crashes: of a server, just before and "
      "just "
      "after it hears that its writes are safe; disk: these, and each operation failing; timers: each late "
      "by "
      "0.5 s to 5 s.\n"
      "Exit status: 0 every place was tried, and no run failed, 1 a violation, 2 the time ran out first, 64 "
      "usage.");
  verb->callback([&] { code = sweep(asked); });
}

constexpr const char* kRunFooter =
    "Examples:\n"
    "  raftsim run scenarios/*.json                      each scenario with its own seeds\n"
    "  raftsim run scenarios/split.json --seeds 1..1000  other seeds\n"
    "  raftsim run scenarios/*.json --budget 10m         ten minutes, where new states still appear\n"
    "  raftsim run scenarios/*.json --shard 2/8 --report part-2\n"
    "                                                    the second of eight machines' share\n"
    "  raftsim run scenarios/*.json --junit junit.xml --github\n"
    "With --budget every seed plays a random part of its scenario's faults under a random tuning (--swarm); "
    "what scenarios require is not judged then, and those that must fail are left out.\n"
    "Exit status: 0 pass, 1 violation, 2 inconclusive, 3 not deterministic, 64 usage or a bad file, 70 "
    "internal error.";

void add_outlets(CLI::App& verb, Outlets& outlets) {
  verb.add_option("--junit", outlets.junit, "write JUnit's XML to this file");
  verb.add_option("--markdown", outlets.markdown, "write a summary in Markdown to this file");
  verb.add_flag("--github", outlets.github,
                "annotations for GitHub Actions, and the summary into $GITHUB_STEP_SUMMARY");
}

void add_run(CLI::App& app, RunAsked& asked, int& code) {
  auto* verb = app.add_subcommand("run", "run scenarios over many seeds");
  verb->add_option("FILE", asked.files, "scenario files")->required();
  verb->add_option("--seeds", asked.seeds, "A..B, or one seed; otherwise those of the scenario");
  auto* jobs = verb->add_option("--jobs", asked.jobs, "processes; otherwise one a processor")
                   ->check(CLI::Range(1, 1024));
  auto* budget =
      verb->add_option("--budget", asked.budget,
                       "wall time, such as 60s: seed after seed from the first on, where new states appear");
  auto* swarm = verb->add_flag("--swarm", asked.swarm,
                               "each seed plays a random part of the faults, under another tuning");
  auto* shard = verb->add_option("--shard", asked.shard, "i/n: the i-th of n shares of the seeds");
  verb->add_option("--report", asked.outlets.report,
                   "write results.jsonl, index.html and summary.md into this folder");
  add_outlets(*verb, asked.outlets);
  verb->add_option("--trace", asked.trace,
                   "draw the first seed of the first file, for ui.perfetto.dev, in this file");
  verb->add_option_function<std::string>(
          "--output", [&asked](const std::string& output) { asked.json = output == "json"; },
          "text, or json: a line for each seed and each scenario")
      ->check(CLI::IsMember({"text", "json"}));
  auto* real = verb->add_flag("--real", asked.real,
                              "against lockd processes on this machine: the first seed, in as much time "
                              "as the story takes; then compared with the simulator's run");
  for (auto* other : {jobs, budget, swarm, shard, verb->get_option("--report"), verb->get_option("--junit"),
                      verb->get_option("--markdown"), verb->get_option("--github")})
    real->excludes(other);
  verb->add_option("--lockd", asked.lockd, "with --real: the program; otherwise beside raftsim, or on PATH")
      ->needs(real);
  verb->add_option("--until", asked.until, "with --real: everything heals at this time, such as 20s")
      ->needs(real);
  verb->add_flag("--allow-unplayed", asked.allow_unplayed,
                 "with --real: a pass also where a part of the story can't be played")
      ->needs(real);
  verb->footer(kRunFooter);
  verb->callback([&] {
    asked.outlets.aside = asked.json;
    code = run(asked);
  });
}

void add_replay(CLI::App& app, ReplayAsked& asked, int& code) {
  auto* verb = app.add_subcommand("replay", "run one seed again, told step by step");
  verb->add_option("FILE", asked.file, "the scenario")->required();
  add_seed(*verb, asked.seed, "the seed; none where the scenario has a schedule");
  verb->add_flag("--swarm", asked.swarm, "as `run --budget` and `run --swarm` play it");
  verb->add_option("--until", asked.until,
                   "stop at this time of the simulated world, such as 12.5s, and show the state");
  verb->add_flag("--state", asked.state,
                 "at the end show every server and its disk, every client, and what is on its way");
  verb->add_flag("--messages", asked.messages, "tell every message between servers, too");
  verb->add_option("--trace", asked.trace, "draw the run, for ui.perfetto.dev, in this file");
  verb->add_option("--history", asked.history,
                   "write what the clients saw to this file, for `raftsim check`");
  verb->callback([&] { code = replay(asked); });
}

void add_report(CLI::App& app, ReportAsked& asked, int& code) {
  auto* verb = app.add_subcommand("report", "one page from one run or many: shards merge here");
  verb->add_option("RUN", asked.runs, "folders that `run --report` has written")->required();
  verb->add_option("-o,--output", asked.outlets.report,
                   "write results.jsonl, index.html and summary.md into this folder");
  add_outlets(*verb, asked.outlets);
  verb->footer(
      "Judges all seeds together as one run would have: what a scenario requires is counted over all of "
      "them, a "
      "seed that came to two digests is not deterministic, and a seed that nobody ran leaves it "
      "inconclusive.\n"
      "Example: raftsim report part-* -o whole\n"
      "Exit status: as of `run`.");
  verb->callback([&] { code = report(asked); });
}

constexpr auto kEvery = [](const CLI::App*) { return true; };

// An unset variable of a script, more likely than a wish.
void refuse_nothing(CLI::App& app) {
  const auto check = [](const std::string& value) {
    return value.empty() ? std::string("it is empty: give it a value or leave it out") : std::string();
  };
  for (auto* verb : app.get_subcommands(kEvery)) {
    for (auto* option : verb->get_options()) {
      if (option->get_items_expected_max() > 0) option->check(CLI::Validator(check, ""));
    }
  }
}

// The first word that is none of ours, with the one that was meant; nothing: there is none.
std::string unknown_word(const CLI::App& app) {
  const auto extra = app.remaining(true);
  if (extra.empty()) return "";
  const auto& word = extra.front();
  const auto given = app.get_subcommands();
  std::vector<std::string> known;
  if (!word.starts_with('-')) {
    for (const auto* verb : app.get_subcommands(kEvery)) known.push_back(verb->get_name());
    if (given.empty()) return "there is no verb '" + word + "'" + cli::did_you_mean(word, known);
    return "'" + word + "' is one word too many";
  }
  const auto* verb = given.empty() ? &app : given.front();
  for (const auto* option : verb->get_options()) {
    for (const auto& name : option->get_lnames()) known.push_back("--" + name);
  }
  const auto flag = word.substr(0, word.find('='));
  const auto meant = cli::nearest(flag, known);
  return "there is no option " + flag +
         (meant ? "; did you mean " + *meant + "?"
                : "; see raftsim" + (given.empty() ? "" : " " + verb->get_name()) + " --help");
}

int main(int argc, char** argv) {
  CLI::App app{
      "Runs lockd's servers and clients in a simulated world with faults, and judges what the clients saw.",
      "raftsim"};
  app.require_subcommand(1);
  app.set_version_flag("--version", "raftsim " LOCKD_VERSION);
  app.footer(
      "Exit status: 0 pass, 1 violation, 2 inconclusive, 3 not deterministic, 64 usage or a bad file, 70 "
      "internal error.");
  int code = kPass;

  RunAsked run_asked;
  add_run(app, run_asked, code);
  ReplayAsked replay_asked;
  add_replay(app, replay_asked, code);
  ReportAsked report_asked;
  add_report(app, report_asked, code);

  ShrinkAsked shrink_asked;
  add_shrink(app, shrink_asked, code);
  SweepAsked sweep_asked;
  add_sweep(app, sweep_asked, code);

  CheckAsked check_asked;
  auto* check_verb = app.add_subcommand("check", "judge a recorded history");
  check_verb->add_option("HISTORY", check_asked.file, "the history")->required();
  check_verb->add_option("--model", check_asked.model,
                         "lock, status, register, register-zero or kv; otherwise by its operations");
  check_verb->add_option("--format", check_asked.format,
                         "json, jepsen-etcd or edn; otherwise by its name and content");
  check_verb->callback([&] { code = check(check_asked); });

  ExploreAsked explore_asked;
  add_explore(app, explore_asked, code);

  app.add_subcommand("selftest",
                     "the same seed twice, and a planted failure that must be found and made small")
      ->callback([&] { code = selftest(); });
  app.add_subcommand("schema", "print the JSON Schema of a scenario")->callback([&] { code = schema(); });

  refuse_nothing(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked_for_help) {
    return app.exit(asked_for_help);
  } catch (const CLI::ParseError& error) {
    const auto unknown = unknown_word(app);
    complain(unknown.empty() ? std::string(error.what()) + "; see raftsim --help" : unknown);
    return kUsage;
  }
  // What nobody could read is no pass.
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0 || !std::cout.flush()) {
    complain("standard output can't be written");
    if (code == kPass) return kInternal;
  }
  return code;
}

}  // namespace
}  // namespace raftsim

int main(int argc, char** argv) {
  try {
    return raftsim::main(argc, argv);
  } catch (const std::exception& error) {
    raftsim::complain(std::string("internal error: ") + error.what());
    return raftsim::kInternal;
  }
}
