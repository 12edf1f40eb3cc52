// What raftsim can be asked to do. Each answers the exit code: 0 pass, 1 violation, 2 inconclusive, 3 not
// deterministic, 64 usage or a bad file, 70 internal error.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/raftsim/publish.hpp"
#include "sim/explore/bounds.hpp"
#include "sim/report.hpp"

namespace raftsim {

constexpr int kPass = 0;
constexpr int kViolation = 1;
constexpr int kInconclusive = 2;
constexpr int kNotDeterministic = 3;
constexpr int kUsage = 64;
constexpr int kInternal = 70;

struct RunAsked {
  std::vector<std::string> files;
  std::string seeds;  // A..B, or one; empty: the scenario's own
  unsigned jobs = 0;  // 0: one a processor
  bool json = false;
  std::string trace;   // a file for a picture of the first seed
  std::string budget;  // wall time; empty: the seeds that are named, once
  std::string shard;   // i/n; empty: all
  bool swarm = false;
  Outlets outlets;
  bool real = false;  // against lockd processes
  std::string lockd;  // the program; empty: beside this one, or on PATH
  std::string until;
  bool allow_unplayed = false;
};
int run(const RunAsked& asked);
// Of each scenario its first seed; all, where they were asked for.
int run_real(const RunAsked& asked, std::vector<sim::Scenario> scenarios);

struct ReplayAsked {
  std::string file;
  std::optional<std::uint64_t> seed;  // none for a file with a schedule
  std::string until;
  bool state = false;
  std::string trace;
  std::string history;
  bool messages = false;
  bool swarm = false;
};
int replay(const ReplayAsked& asked);

struct ReportAsked {
  std::vector<std::string> runs;  // folders of --report, or their results.jsonl
  Outlets outlets;
};
int report(const ReportAsked& asked);

struct CheckAsked {
  std::string file;
  std::string model;
  std::string format;
};
int check(const CheckAsked& asked);

struct ExploreAsked {
  explore::Bounds bounds;
  std::string duplicates = "0";
  std::string disk = "slow";
  std::string from;
  std::string budget = "600s";
  std::uint64_t memory_mib = 4096;
};
int explore(const ExploreAsked& asked);

struct ShrinkAsked {
  std::string file;
  std::optional<std::uint64_t> seed;
  std::string out;
  std::string budget = "60s";
  unsigned jobs = 0;  // 0: one a processor
};
int shrink(const ShrinkAsked& asked);

struct SweepAsked {
  std::string file;
  std::string what = "all";
  std::optional<std::uint64_t> seed;  // the scenario's first otherwise
  std::string budget = "60s";
  std::uint64_t every = 1;
  std::string out;  // a directory
  unsigned jobs = 0;
};
int sweep(const SweepAsked& asked);

int selftest();
int schema();

int code_of(sim::Verdict verdict);
// A violation weighs more than what could not be decided.

// One line on standard error.
void complain(const std::string& line);

}  // namespace raftsim
