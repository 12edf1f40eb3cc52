#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "cli/raftsim/verbs.hpp"

namespace raftsim {

void complain(const std::string& line) {
  std::fprintf(stderr, "raftsim: %s\n", line.c_str());
}

namespace {

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
