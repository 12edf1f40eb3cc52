#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "cli/raftsim/verbs.hpp"

namespace raftsim {

void complain(const std::string& line) {
  std::fprintf(stderr, "raftsim: %s\n", line.c_str());
}

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
  std::string output = "text";
  auto* run_verb = app.add_subcommand("run", "run scenarios over many seeds");
  run_verb->add_option("FILE", run_asked.files, "scenario files")->required();
  run_verb->add_option("--seeds", run_asked.seeds, "A..B, or one seed; otherwise those of the scenario");
  run_verb->add_option("--jobs", run_asked.jobs, "processes; otherwise one a processor")
      ->check(CLI::Range(1, 1024));
  run_verb->add_option("--trace", run_asked.trace,
                       "tell the first seed of the first file step by step in this file");
  run_verb->add_option("--output", output, "text or json")->check(CLI::IsMember({"text", "json"}));
  run_verb->callback([&] {
    run_asked.json = output == "json";
    code = run(run_asked);
  });

  ReplayAsked replay_asked;
  auto* replay_verb = app.add_subcommand("replay", "run one seed again, told step by step");
  replay_verb->add_option("FILE", replay_asked.file, "the scenario")->required();
  replay_verb->add_option("--seed", replay_asked.seed, "the seed")
      ->required()
      ->check(CLI::Validator(
          [](const std::string& text) {
            const bool number =
                !text.empty() && text.size() <= 19 && text.find_first_not_of("0123456789") == text.npos;
            return number ? std::string() : "'" + text + "' is not a seed: give a whole number, such as 7";
          },
          "N"));
  replay_verb->add_option("--until", replay_asked.until,
                          "stop at this time of the simulated world, such as 12.5s");
  replay_verb->add_option("--trace", replay_asked.trace,
                          "write the story, with every message between servers, to this file");
  replay_verb->add_option("--history", replay_asked.history,
                          "write what the clients saw to this file, for `raftsim check`");
  replay_verb->callback([&] { code = replay(replay_asked); });

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

  app.add_subcommand("selftest", "the same seed twice, and a planted failure that must be found")
      ->callback([&] { code = selftest(); });
  app.add_subcommand("schema", "print the JSON Schema of a scenario")->callback([&] { code = schema(); });

  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked_for_help) {
    return app.exit(asked_for_help);
  } catch (const CLI::ParseError& error) {
    complain(std::string(error.what()) + "; see raftsim --help");
    return kUsage;
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
