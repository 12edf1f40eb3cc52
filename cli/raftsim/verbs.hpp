// What raftsim can be asked to do. Each answers the exit code: 0 pass, 1 violation, 2 inconclusive, 3 not
// deterministic, 64 usage or a bad file, 70 internal error.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/explore/bounds.hpp"

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
  std::string trace;  // a file for the first seed's trace
};
int run(const RunAsked& asked);

struct ReplayAsked {
  std::string file;
  std::uint64_t seed = 0;
  std::string until;
  std::string trace;
  std::string history;
};
int replay(const ReplayAsked& asked);

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

int selftest();
int schema();

// One line on standard error.
void complain(const std::string& line);

}  // namespace raftsim
