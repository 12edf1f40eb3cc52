// kill_tree: does any process of a command live when its lock is granted to somebody else?
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <random>
#include <unistd.h>

#include "trial.hpp"

namespace {

using namespace std::chrono_literals;
using kill_tree::Fault;

struct Tally {
  int trials = 0, problems = 0, with_survivors = 0;
  std::size_t survivors = 0;
  std::vector<std::int64_t> margins_ns;
};

double ms(std::int64_t ns) {
  return static_cast<double>(ns) / 1e6;
}

void print(const Fault& fault, Tally& tally) {
  std::sort(tally.margins_ns.begin(), tally.margins_ns.end());
  std::printf("%-28s %6d %9zu", fault.name.c_str(), tally.trials, tally.survivors);
  if (tally.margins_ns.empty()) {
    std::printf(" %8s %8s", "-", "-");
  } else {
    std::printf(" %8.1f %8.1f", ms(tally.margins_ns.front()),
                ms(tally.margins_ns[tally.margins_ns.size() / 2]));
  }
  std::printf("  %s%s\n", fault.what.c_str(), fault.beyond ? " (not promised)" : "");
  std::fflush(stdout);
}

class Run {
 public:
  explicit Run(base::Duration ttl) : ttl_(ttl) {
    std::string pattern = (std::filesystem::temp_directory_path() / "kill-tree-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~Run() {
    servers_.clear();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  // Whether the promise was kept, or, beyond it, whether the test can see that something lived.
  bool all_trials_of(const Fault& fault, int trials) {
    Tally tally;
    for (int i = 0; i < trials; ++i) count(fault, one_trial(fault), tally);
    print(fault, tally);
    if (tally.problems > 0) return false;
    return fault.beyond ? tally.with_survivors > 0 : tally.with_survivors == 0;
  }

 private:
  kill_tree::Result one_trial(const Fault& fault) {
    auto& servers = servers_[fault.servers_ppm];
    if (!servers) {
      servers = std::make_unique<kill_tree::Servers>(io_, programs(fault.servers_ppm),
                                                     folder_ + "/" + std::to_string(fault.servers_ppm),
                                                     fault.servers_ppm);
    }
    std::uniform_int_distribution<int> phase(0, static_cast<int>(ttl_ / 1ms) / 3);
    const kill_tree::Setting setting{programs(fault.lockctl_ppm),
                                     LOCKD_BINARY_DIR "/tests/kill_tree/kill_tree_command", folder_, ttl_,
                                     std::chrono::milliseconds(phase(random_))};
    return kill_tree::try_once(io_, *servers, fault, setting, "job/" + std::to_string(++last_lock_));
  }

  static std::string programs(int ppm) { return ppm == 0 ? LOCKD_BINARY_DIR : LOCKD_BINARY_DIR "/skewed"; }

  static void count(const Fault& fault, const kill_tree::Result& result, Tally& tally) {
    ++tally.trials;
    if (!result.problem.empty()) {
      ++tally.problems;
      std::printf("%s, trial %d: %s\n", fault.name.c_str(), tally.trials, result.problem.c_str());
    }
    if (!result.survivors.empty()) {
      ++tally.with_survivors;
      tally.survivors += result.survivors.size();
      if (!fault.beyond) {
        std::printf("%s, trial %d: alive at the next grant:", fault.name.c_str(), tally.trials);
        for (const auto& role : result.survivors) std::printf(" %s;", role.c_str());
        std::printf("\n%s", result.said.c_str());
      }
    } else if (result.problem.empty()) {
      tally.margins_ns.push_back(result.margin_ns);
    }
  }

  base::Duration ttl_;
  boost::asio::io_context io_{1};
  std::string folder_;
  std::map<int, std::unique_ptr<kill_tree::Servers>> servers_;
  std::mt19937 random_{std::random_device{}()};
  int last_lock_ = 0;
};

int usage() {
  std::fprintf(stderr,
               "usage: kill_tree [TRIALS [FAULT...]]      KILL_TREE_TTL: seconds, 2 unless set\nfaults:\n");
  for (const auto& fault : kill_tree::faults())
    std::fprintf(stderr, "  %-28s %s\n", fault.name.c_str(), fault.what.c_str());
  return 64;
}

}  // namespace

int main(int argc, char** argv) {
  const char* seconds = std::getenv("KILL_TREE_TTL");
  const int trials = argc > 1 ? std::atoi(argv[1]) : 10;
  const std::vector<std::string> wanted(argv + std::min(argc, 2), argv + argc);
  if (trials < 1) return usage();
  for (const auto& name : wanted) {
    const auto& all = kill_tree::faults();
    if (std::none_of(all.begin(), all.end(), [&](const Fault& fault) { return fault.name == name; }))
      return usage();
  }
  std::printf("%-28s %6s %9s %8s %8s  (margin: from the last sign of life to the next grant, ms)\n", "fault",
              "trials", "survivors", "least", "median");
  bool kept = true;
  Run run(std::chrono::seconds(seconds ? std::max(1, std::atoi(seconds)) : 2));
  for (const auto& fault : kill_tree::faults()) {
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), fault.name) == wanted.end()) continue;
    kept = run.all_trials_of(fault, trials) && kept;
  }
  std::printf("%s\n",
              kept ? "kept: nothing lived beyond its lock, where that is promised" : "NOT KEPT: see above");
  return kept ? 0 : 1;
}
