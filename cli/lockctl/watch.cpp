// lockctl watch, status --watch: every change of names, a line each, as it happens.
#include <csignal>

#include "cli/common/exit_code.hpp"
#include "cli/common/printable.hpp"
#include "cli/lockctl/cluster.hpp"
#include "cli/lockctl/endpoints.hpp"
#include "cli/lockctl/output.hpp"
#include "cli/lockctl/patience.hpp"
#include "cli/lockctl/say.hpp"
#include "cli/lockctl/signals.hpp"
#include "cli/lockctl/verbs.hpp"
#include "cli/lockctl/view_text.hpp"

namespace lockctl {
namespace {

std::string change_line(const lock::Change& change, const std::string& name) {
  std::string out = std::to_string(change.index) + "  " + name + " " + change.what;
  if (!change.detail.empty() && change.detail != change.what)
    out += (change.what == "status" ? " " : ": ") + change.detail;
  if (change.code) out += ", code " + std::to_string(*change.code);
  if (change.token) out += ", token " + std::to_string(change.token.value);
  if (!change.who.empty()) out += ", by " + change.who;
  return cli::printable(out) + "\n";
}

class Watching {
 public:
  Watching(const Global& global, const Watch& watch, const std::vector<std::string>& endpoints)
      : global_(global), watch_(watch), cluster_(endpoints, kSessionTtl, "watch " + watch.name) {}

  int run() {
    Signals signals(cluster_.io(), {SIGHUP, SIGINT, SIGTERM}, [this](int) { end(cli::kYes); });
    Patience patience(cluster_, global_, global_.full_name(watch_.name.empty() ? "lockctl" : stem()),
                      global_.timeout, [this] {
                        complain(why_not_reached(cluster_.endpoints(), global_.timeout));
                        end(cli::kNotInTime);
                      });
    patience_ = &patience;
    cluster_.begin(
        lock::Query(lock::Watch{watched(), watch_.since}), std::nullopt,
        [this](const client::Finished& finished) { refused(finished); }, {}, lock::Consistency::linearizable,
        [this](const lock::Reply& reply) { noticed(reply); });
    while (!code_) cluster_.io().run_one();
    return *code_;
  }

 private:
  std::string stem() const {
    return watch_.name.ends_with('/') ? watch_.name.substr(0, watch_.name.size() - 1) : watch_.name;
  }
  // All names of a namespace are those below it.
  std::string watched() const { return global_.full_name(watch_.name); }

  void end(int code) {
    if (!code_) code_ = code;
  }

  void tell(const std::string& text) {
    if (!print(text)) end(cli::kFailed);
  }

  // Once it stands it goes on, however long nobody answers: whoever watches waits for what comes behind that.
  void noticed(const lock::Reply& reply) {
    patience_->forever();
    patience_->heard();
    if (const auto* changes = std::get_if<lock::Changes>(&reply)) {
      for (const auto& change : changes->changes) {
        const auto name = global_.short_name(change.name);
        tell(global_.output == Output::json ? json_of(change, name) : change_line(change, name));
      }
    } else if (const auto* reset = std::get_if<lock::Reset>(&reply)) {
      begin_anew(*reset);
    }
    first_ = false;
  }

  // At the beginning nobody misses what came before, unless --since asked for it.
  void begin_anew(const lock::Reset& reset) {
    const bool gap = !first_ || watch_.since;
    if (global_.output == Output::json) {
      tell(json_object({{"reset", true}, {"gap", gap}, {"index", reset.through}, {"more", reset.more}}));
    } else if (gap) {
      tell(std::to_string(reset.through) + "  reset: what came before is not told; as it is now:\n");
    }
    for (const auto& view : reset.names) {
      const auto name = global_.short_name(view.name);
      if (global_.output == Output::json) {
        tell(json_of_reset(reset.through, view, name));
      } else if (watch_.of_status) {
        tell(view_text(view, name));
      } else if (!view.holders.empty() || view.record || view.waiters > 0) {
        tell(std::to_string(reset.through) + "  " + view_line(view, name) + "\n");
      }
    }
    if (reset.more) say(global_.quiet, "there are more names than fit: `lockctl ls` tells them all");
  }

  void refused(const client::Finished& finished) {
    const auto* reply = std::get_if<lock::Reply>(&finished.outcome);
    const auto* why = reply ? std::get_if<lock::Refused>(reply) : nullptr;
    complain(why ? why->why : "the watch has ended");
    end(cli::kFailed);
  }

  const Global& global_;
  const Watch& watch_;
  Cluster cluster_;
  Patience* patience_ = nullptr;
  bool first_ = true;
  std::optional<int> code_;
};

}  // namespace

int carry_out(const Global& global, const Watch& watch) {
  const auto endpoints = find_endpoints(global);
  if (!endpoints) return complain(endpoints.error()), cli::kUsage;
  return Watching(global, watch, endpoints.value()).run();
}

}  // namespace lockctl
