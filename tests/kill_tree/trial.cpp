#include "trial.hpp"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <memory>
#include <optional>
#include <unistd.h>

#include "cli/common/process.hpp"
#include "proxy.hpp"
#include "tree.hpp"

namespace kill_tree {
namespace {

using namespace std::chrono_literals;

class Trial {
 public:
  Trial(boost::asio::io_context& io, Servers& servers, const Fault& fault, const Setting& setting,
        const std::string& lock)
      : io_(io),
        servers_(servers),
        fault_(fault),
        setting_(setting),
        lock_(lock),
        competitor_(io, config()) {}
  ~Trial() {
    if (!diary_) return;
    for (auto& slot : diary_->slots) {
      if (alive(slot)) ::kill(slot.pid, SIGKILL);
    }
  }

  Result run() {
    if (!begin()) return result_;
    // It waits in the queue before anything happens, so that it is granted the lock as soon as that can be.
    std::optional<std::int64_t> granted_at;
    std::optional<client::Finished> answer;
    bool queued = false;
    competitor_.begin(
        lock::Operation(lock::Acquire{{{lock_}}, true, std::nullopt, ""}), 60s,
        [&](const client::Finished& finished) {
          granted_at = boot_ns();
          answer = finished;
          look(*granted_at);
        },
        [&](const lock::Queued&) { queued = true; });
    if (!run_until(io_, 20s, [&] { return queued || answer; }) || answer)
      return fail("the competitor did not wait");
    run_until(io_, setting_.phase, [] { return false; });
    inflict();
    run_until(io_, 90s, [&] { return answer.has_value(); });
    const auto* reply = answer ? std::get_if<lock::Reply>(&answer->outcome) : nullptr;
    if (!reply || !std::holds_alternative<lock::Granted>(*reply))
      return fail("the competitor was never granted it");
    undo();
    if (!result_.survivors.empty()) result_.said = read_file(setting_.folder + "/said.lockctl");
    return result_;
  }

 private:
  client::Config config() const {
    client::Config config;
    config.endpoints = servers_.list();
    config.who = "competitor";
    config.seed = static_cast<std::uint64_t>(boot_ns());
    return config;
  }

  Result& fail(const std::string& why) {
    result_.problem = why;
    if (lockctl_) result_.problem += "; lockctl said: " + read_file(setting_.folder + "/said.lockctl");
    return result_;
  }

  bool begin() {
    const auto leader = servers_.leader();
    if (leader.empty()) return fail("no server leads"), false;
    proxy_ = std::make_unique<Proxy>(io_, leader);
    const auto path = setting_.folder + "/diary";
    std::filesystem::remove(path);
    diary_ = open_diary(path);
    // Through the leader alone: whoever asks another server is told to go to the leader, and would go round
    // the proxy.
    const auto endpoints =
        fault_.requests_lost || fault_.replies_lost ? proxy_->endpoint() : servers_.endpoints();
    lockctl_ = std::make_unique<Program>(
        std::vector<std::string>{setting_.programs + "/lockctl", "--endpoints", endpoints, "run", "-t",
                                 std::to_string(setting_.ttl / 1ms) + "ms", lock_, "--", setting_.command,
                                 path},
        Environment{{"SKEWED_CLOCK_PPM", std::to_string(fault_.lockctl_ppm)}},
        setting_.folder + "/said.lockctl");
    const bool grown = run_until(io_, 20s, [&] {
      return std::all_of(diary_->slots.begin(), diary_->slots.end(),
                         [](const Slot& slot) { return slot.last != 0; });
    });
    return grown || (fail("the command did not grow its tree"), false);
  }

  pid_t pid_of(Victim victim) const {
    const auto parent_of = [](pid_t pid) {
      const auto process = cli::find_process(pid);
      return process ? process->parent : 0;
    };
    const pid_t guard = parent_of(diary_->of(Role::root).pid);
    if (victim == Victim::lockctl) return lockctl_->pid();
    return victim == Victim::guard ? guard : parent_of(guard);
  }

  void inflict() {
    std::vector<std::pair<pid_t, int>> hits;
    for (const auto& hit : fault_.hits) hits.emplace_back(pid_of(hit.whom), hit.signal);
    proxy_->cut({fault_.requests_lost, fault_.replies_lost});
    for (const auto& [pid, signal] : hits) {
      if (pid > 1) ::kill(pid, signal);
    }
    if (!fault_.servers_stopped) return;
    servers_.signal("STOP");
    run_until(io_, setting_.ttl + 200ms, [] { return false; });
    servers_.signal("CONT");
  }

  // Chains use up pids: one may soon be another's, who began after the last sign of life of its former owner.
  static bool alive(const Slot& slot) {
    const auto process = cli::find_process(slot.pid);
    const std::int64_t ns_a_tick = 1'000'000'000 / ::sysconf(_SC_CLK_TCK);
    return process && process->alive() &&
           static_cast<std::int64_t>(process->started) * ns_a_tick <= slot.last;
  }

  void look(std::int64_t granted_at) {
    std::int64_t last = 0;
    for (std::size_t i = 0; i < kRoles; ++i) {
      const auto& slot = diary_->slots[i];
      last = std::max<std::int64_t>(last, slot.last);
      if (slot.last >= granted_at || alive(slot))
        result_.survivors.emplace_back(name_of(static_cast<Role>(i)));
    }
    result_.margin_ns = granted_at - last;
  }

  void undo() {
    proxy_->cut({});
    for (const auto& hit : fault_.hits) {
      if (hit.signal == SIGSTOP && hit.whom == Victim::lockctl) ::kill(lockctl_->pid(), SIGCONT);
    }
    if (!run_until(io_, 30s, [&] { return lockctl_->ended().has_value(); })) {
      fail("lockctl does not end");
    } else if (fault_.code && *lockctl_->ended() != *fault_.code) {
      fail("lockctl exited with " + std::to_string(*lockctl_->ended()));
    }
    std::optional<client::Finished> closed;
    competitor_.begin(client::CloseSession{}, 2s,
                      [&](const client::Finished& finished) { closed = finished; });
    run_until(io_, 5s, [&] { return closed.has_value(); });
  }

  boost::asio::io_context& io_;
  Servers& servers_;
  const Fault& fault_;
  const Setting& setting_;
  std::string lock_;
  net::ClientDriver competitor_;
  std::unique_ptr<Proxy> proxy_;
  Diary* diary_ = nullptr;
  std::unique_ptr<Program> lockctl_;
  Result result_;
};

}  // namespace

Result try_once(boost::asio::io_context& io, Servers& servers, const Fault& fault, const Setting& setting,
                const std::string& lock) {
  return Trial(io, servers, fault, setting, lock).run();
}

}  // namespace kill_tree
