#include "cli/lockctl/describe.hpp"

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/lockctl/describe_admin.hpp"
#include "cli/lockctl/help.hpp"

namespace lockctl {
namespace {

// Behind `--` stands what CLI11 never sees.
class Layout : public CLI::Formatter {
 public:
  std::string make_usage(const CLI::App* app, std::string name) const override {
    auto usage = CLI::Formatter::make_usage(app, std::move(name));
    if (app->get_name() == "run") usage.insert(usage.find_last_not_of('\n') + 1, " -- CMD...");
    return usage;
  }
};

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
  add_switch(sub, "-x,--exclusive", w.exclusive, "One holder at a time (the default)");
  add_switch(sub, "-n,--no-wait", w.no_wait, "Don't wait: 124 at once when it is held");
  sub->add_option("-w,--wait", w.wait, "Wait at most so long; for ever unless given")->type_name("DUR");
  sub->add_option("-t,--ttl", w.ttl, ttl)->type_name("TTL");
  sub->add_option("-E,--timeout-code", w.timeout_code, "Exit with this instead of 124")->type_name("CODE");
  sub->add_option("--note", w.note, "Shown to those who wait")->type_name("TEXT");
}

void token_flag(CLI::App* sub, Words& w) {
  sub->add_option("--token", w.token, "The hold's token")->type_name("T");
}

void consistency_flags(CLI::App* sub, Words& w) {
  sub->add_option("--consistency", w.consistency, "What the answer may rest on (linearizable); see below")
      ->type_name("linearizable|lease|stale");
  add_switch(sub, "--stale", w.stale, "The same as --consistency stale");
  sub->footer(sub->get_footer() + "\n" + help::kConsistency);
}

void describe_locks(CLI::App& app, Words& w) {
  auto* run = add_verb(app, "run", "Run a command while holding a lock", help::kRun);
  lock_flags(run, w, "The lease, renewed while the command runs (15s)");
  run->add_option("-k,--kill-after", w.kill_after,
                  "From TERM to KILL (the least of 5s and a third of the lease)")
      ->type_name("DUR");
  run->add_option("--on-lost", w.on_lost, "kill the command when the lock is lost, or warn and let it run")
      ->type_name("kill|warn");

  auto* acquire = add_verb(app, "acquire", "Take a lock and print its token", help::kAcquire);
  lock_flags(acquire, w, "How long the hold lives unless renewed (60s)");
  acquire->add_option("--while-pid", w.while_pid, "Renew until this process is gone, then release")
      ->type_name("PID");

  auto* release = add_verb(app, "release", "End a hold", help::kRelease);
  auto* renew = add_verb(app, "renew", "Extend a hold of `acquire`", help::kRenew);
  auto* check = add_verb(app, "check", "Does this hold still stand?", help::kCheck);
  for (auto* sub : {release, renew, check}) {
    name_of_lock(sub, w);
    token_flag(sub, w);
  }
  consistency_flags(check, w);
  renew->add_option("-t,--ttl", w.ttl, "From now on (60s)")->type_name("TTL");
}

void describe_status(CLI::App& app, Words& w) {
  auto* status =
      add_verb(app, "status", "Who holds a name, who waits, and the recorded outcome", help::kStatus);
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
  add_switch(status, "--wait", w.wait_status, "Until it is done, failed or lost");
  status->add_option("-w", w.wait, "With --wait: at most so long")->type_name("DUR");
  add_switch(status, "--clear", w.clear, "Remove the record");
  consistency_flags(status, w);

  auto* list = add_verb(app, "ls", "Every name that is in use", help::kList);
  list->add_option("PREFIX", w.name, "Only names that begin with it");
  consistency_flags(list, w);
  add_verb(app, "health", "Every server about itself", help::kHealth);
}

void describe_bench(CLI::App& app, Words& w) {
  auto* bench = add_verb(app, "bench", "Load the cluster and measure", help::kBench);
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
}

}  // namespace

void describe(CLI::App& app, Words& words) {
  app.formatter(std::make_shared<Layout>());
  describe_global(app, words);
  describe_locks(app, words);
  describe_status(app, words);
  describe_admin(app, words);
  describe_bench(app, words);
  describe_dev(app, words);
}

}  // namespace lockctl
