#include "cli/lockctl/describe_admin.hpp"

#include <CLI/CLI.hpp>

#include "cli/lockctl/help.hpp"

namespace lockctl {
namespace {

void wait_flag(CLI::App* sub, Words& w, const char* about) {
  sub->add_option("-w,--wait", w.wait, about)->type_name("DUR");
}

void server_flag(CLI::App* sub, Words& w) {
  sub->add_option("--server", w.server, "Ask this one (the first of the endpoints that answers)")
      ->type_name("HOST:PORT");
}

void describe_members(CLI::App& app, Words& w) {
  auto* members = add_verb(app, "members", "The servers of the cluster, and changes of them", help::kMembers);
  auto* promote = add_verb(*members, "promote", "Let learners vote", help::kMembers);
  auto* remove = add_verb(*members, "remove", "Take servers out of the cluster", help::kMembers);
  for (CLI::App* sub : {promote, remove}) {
    sub->add_option("ID", w.members, "As `lockctl members` shows it")->required();
  }
  auto* replace =
      add_verb(*members, "replace", "Let one vote in the place of another, in one step", help::kMembers);
  replace->add_option("OLD", w.member, "Leaves the cluster")->required();
  replace->add_option("NEW", w.other_member, "Votes from now on; it has joined with `lockd --join`")
      ->required();
  auto* priority = add_verb(*members, "priority", "Whom to prefer as leader", help::kMembers);
  priority->add_option("ID", w.member, "As `lockctl members` shows it")->required();
  priority->add_option("N", w.priority, "0 to 255: the higher stands for election sooner")->required();
  for (auto* sub : {promote, remove, replace, priority}) {
    wait_flag(sub, w, "At most so long, also for another change to end (--timeout)");
  }
}

}  // namespace

CLI::App* add_verb(CLI::App& parent, const char* name, const char* about, const char* footer) {
  auto* sub = parent.add_subcommand(name, about);
  sub->footer(footer)->fallthrough()->allow_extras();
  return sub;
}

void add_switch(CLI::App* verb, const char* names, bool& given, const char* about) {
  verb->add_flag(names, given, about)->disable_flag_override();
}

void describe_admin(CLI::App& app, Words& w) {
  describe_members(app, w);
  auto* transfer = add_verb(app, "transfer", "Let another server lead", help::kTransfer);
  transfer->add_option("ID", w.member, "Which one; the furthest unless given");
  wait_flag(transfer, w, "At most so long (--timeout)");
  auto* snapshot =
      add_verb(app, "snapshot", "Let a server write its state down, and shorten its log", help::kSnapshot);
  server_flag(snapshot, w);
  add_switch(snapshot, "--all", w.all, "Ask every member, one after the other");
  wait_flag(snapshot, w, "At most so long for each (1m)");
  auto* metrics = add_verb(app, "metrics", "A server's counters, for Prometheus", help::kMetrics);
  server_flag(metrics, w);
  auto* limits = add_verb(app, "limits", "The bounds of the cluster, or move them", help::kLimits);
  limits->add_option("NAME=VALUE", w.settings, "A time with its unit; on or off; else a number");
  auto* completion = add_verb(app, "completion", "Words for the Tab key of a shell", help::kCompletion);
  completion->add_option("SHELL", w.shell, "bash, zsh or fish")->required();
}

void describe_dev(CLI::App& app, Words& w) {
  auto* dev = add_verb(app, "dev", "A local cluster to play with", help::kDev);
  dev->require_subcommand(1);
  auto* up = add_verb(*dev, "up", "Start a cluster here, or what of it is down", help::kDev);
  up->add_option("--servers", w.servers, "How many (5)")->type_name("N");
  auto* status = add_verb(*dev, "status", "Its servers", help::kDev);
  auto* add = add_verb(*dev, "add", "Start one more server, which joins", help::kDev);
  auto* remove = add_verb(*dev, "remove", "Take a server out of the cluster, and stop it", help::kDev);
  remove->add_option("N", w.whom, "Its number")->required();
  auto* restart = add_verb(*dev, "restart", "Restart one, or all of them one after the other", help::kDev);
  restart->add_option("N", w.whom, "Its number, or all (all)");
  auto* kill = add_verb(*dev, "kill", "Send a signal to a server", help::kDev);
  kill->add_option("WHOM", w.whom, "A server's number, or leader")->required();
  kill->add_option("--signal", w.signal, "KILL unless given")->type_name("SIG");
  auto* pause = add_verb(*dev, "pause", "Stop a server for a while: as if its machine slept", help::kDev);
  auto* resume = add_verb(*dev, "resume", "Let it go on", help::kDev);
  for (auto* sub : {pause, resume}) {
    sub->add_option("WHOM", w.whom,
                    sub == pause ? "A server's number, or leader" : "A server's number, or all")
        ->required();
  }
  auto* down = add_verb(*dev, "down", "Stop it and remove it", help::kDev);
  add_switch(down, "--keep", w.keep, "Keep the data for the next `dev up`");
  for (auto* sub : {up, status, add, remove, restart, kill, pause, resume, down}) {
    sub->add_option("--dir", w.folder, "The folder that holds .lockd-dev/ (this one)")->type_name("DIR");
  }
}

}  // namespace lockctl
