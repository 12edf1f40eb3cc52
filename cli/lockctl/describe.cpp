#include "cli/lockctl/describe.hpp"

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/lockctl/describe_admin.hpp"
#include "cli/lockctl/help.hpp"

namespace lockctl {

bool takes_command(const std::string& verb) {
  return verb == "run" || verb == "once" || verb == "elect" || verb == "fence";
}

namespace {

// Behind `--` stands what CLI11 never sees.
class Layout : public CLI::Formatter {
 public:
  std::string make_usage(const CLI::App* app, std::string name) const override {
    auto usage = CLI::Formatter::make_usage(app, std::move(name));
    if (takes_command(app->get_name())) usage.insert(usage.find_last_not_of('\n') + 1, " -- CMD...");
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
      ->type_name("text|json")
      ->envname("LOCKD_OUTPUT");
  app.add_option("--timeout", w.timeout, "How long the cluster may not answer (10s)")
      ->type_name("DUR")
      ->envname("LOCKD_TIMEOUT");
  app.add_option("--history", w.seen, "Add what this client saw to it, for `raftsim check`")
      ->type_name("FILE")
      ->envname("LOCKD_HISTORY");
  app.add_flag("-q,--quiet", w.quiet, "Say nothing but errors")->envname("LOCKD_QUIET");
  app.add_flag("-v,--verbose", w.verbose, "Say what is waited for")->envname("LOCKD_VERBOSE");
  app.set_version_flag("--version", "lockctl " LOCKD_VERSION);
}

void token_flag(CLI::App* sub, Words& w) {
  sub->add_option("--token", w.token, "The hold's token")->type_name("T");
}

void name_of_lock(CLI::App* sub, Words& w) {
  sub->add_option("NAME", w.name, "The lock's name, such as builds/site")->required();
}

void names_of_locks(CLI::App* sub, Words& w) {
  sub->add_option("NAME", w.name, "Such as builds/site; or several: a,b,c:s (c shared)")->required();
}

// What goes with everything that waits for a lock.
void waiting_flags(CLI::App* sub, Words& w, const char* ttl) {
  add_switch(sub, "-n,--no-wait", w.no_wait, "Don't wait: 124 at once when it is held");
  sub->add_option("-w,--wait", w.wait, "Wait at most so long; for ever unless given")->type_name("DUR");
  sub->add_option("-t,--ttl", w.ttl, ttl)->type_name("TTL");
  sub->add_option("-E,--timeout-code", w.timeout_code, "Exit with this instead of 124")->type_name("CODE");
  sub->add_option("--note", w.note, "Shown to those who wait")->type_name("TEXT");
}

void kill_flag(CLI::App* sub, Words& w) {
  sub->add_option("-k,--kill-after", w.kill_after,
                  "From TERM to KILL (the least of 5s, a third of the lease and of --max-hold)")
      ->type_name("DUR");
}

void queue_flags(CLI::App* sub, Words& w) {
  add_switch(sub, "--barge", w.barge, "Past those who wait, where no holder is in the way");
  sub->add_option("--queue", w.queue,
                  "Where to wait: fifo, newest (in the place of an earlier one) or a level")
      ->type_name("fifo|newest|priority=N");
  sub->add_option("--max-hold", w.max_hold, "The hold ends so long after its grant, whatever is renewed")
      ->type_name("DUR");
  sub->add_option("--lock-delay", w.lock_delay, "Nobody gets it for so long after an end that was not clean")
      ->type_name("DUR");
}

void lock_flags(CLI::App* sub, Words& w, const char* ttl) {
  names_of_locks(sub, w);
  add_switch(sub, "-x,--exclusive", w.exclusive, "One holder at a time (the default)");
  add_switch(sub, "-s,--shared", w.shared, "Together with others that hold it shared");
  sub->add_option("-S,--semaphore", w.permits, "At most N holders, the same N for everybody")->type_name("N");
  waiting_flags(sub, w, ttl);
  queue_flags(sub, w);
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
  kill_flag(run, w);
  run->add_option("--on-lost", w.on_lost, "kill the command when the lock is lost, or warn and let it run")
      ->type_name("kill|warn");
  add_switch(run, "--red", w.red, "Of a majority of independent clusters: --endpoints A,B;C,D;E,F");

  auto* once =
      add_verb(app, "once", "Run a command once for all who ask, and tell them its outcome", help::kOnce);
  name_of_lock(once, w);
  waiting_flags(once, w, "The runner's lease, renewed while the command runs (15s)");
  kill_flag(once, w);
  once->add_option("--keep", w.keep_for, "How long the outcome is kept (24h)")->type_name("DUR");
  once->add_option("--retries", w.retries, "How often it may be run again (3)")->type_name("N");
  once->add_option("--on-fail", w.on_fail,
                   "A failure is the outcome, or the next caller tries again (replay)")
      ->type_name("next|replay");
  once->add_option("--input-hash", w.input_hash,
                   "Of what the job works on: who comes with another is refused")
      ->type_name("H");

  auto* elect = add_verb(app, "elect", "Keep exactly one such command running on all machines", help::kElect);
  name_of_lock(elect, w);
  waiting_flags(elect, w, "The lease, renewed while the command runs (15s)");
  kill_flag(elect, w);

  auto* fence = add_verb(app, "fence", "Run a command unless a file has seen a higher token", help::kFence);
  fence->add_option("FILE", w.file, "Keeps the highest token; beside what is to be protected")->required();
  token_flag(fence, w);

  auto* acquire = add_verb(app, "acquire", "Take a lock and print its token", help::kAcquire);
  lock_flags(acquire, w, "How long the hold lives unless renewed (60s)");
  acquire->add_option("--while-pid", w.while_pid, "Renew until this process is gone, then release")
      ->type_name("PID");

  auto* release = add_verb(app, "release", "End a hold", help::kRelease);
  auto* renew = add_verb(app, "renew", "Extend a hold of `acquire`", help::kRenew);
  auto* check = add_verb(app, "check", "Does this hold still stand?", help::kCheck);
  auto* downgrade = add_verb(app, "downgrade", "From exclusive to shared", help::kDowngrade);
  auto* broken = add_verb(app, "break", "End somebody's hold, on the record", help::kBreak);
  for (auto* sub : {release, renew, check, downgrade, broken}) {
    name_of_lock(sub, w);
    token_flag(sub, w);
  }
  consistency_flags(check, w);
  renew->add_option("-t,--ttl", w.ttl, "From now on (60s)")->type_name("TTL");
  broken->add_option("--reason", w.reason, "Why; kept in the audit trail")->type_name("TEXT");
  add_switch(broken, "--now", w.now,
             "Free at once, though the holder may still act: only fencing protects then");
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
  add_switch(status, "--watch", w.watch_status, "The status, and then every change, a line each");
  status->add_option("-w", w.wait, "With --wait: at most so long")->type_name("DUR");
  add_switch(status, "--clear", w.clear, "Remove the record");
  consistency_flags(status, w);

  auto* list = add_verb(app, "ls", "Every name that is in use", help::kList);
  list->add_option("PREFIX", w.name, "Only names that begin with it");
  consistency_flags(list, w);
  auto* watch = add_verb(app, "watch", "Every change of a name or of all below a prefix", help::kWatch);
  watch->add_option("NAME|PREFIX/", w.name, "All names unless given");
  watch->add_option("--since", w.since, "Begin behind this index of an earlier line")->type_name("INDEX");
  auto* audit = add_verb(app, "audit", "What happened to a name: grants, ends and breaks", help::kAudit);
  name_of_lock(audit, w);
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
