// What running a scenario came to, in memory and as a file from which runs of many machines are put together.
//
// The file is JSON, one object a line:
//   {"raftsim_results": 1, "version": …}                    first
//   {"scenario": NAME, "file", "about", "text", "seeds": [[first, last], …], "machines", "swarm", "require",
//    "require_per_seed", ["expect_fail"]}                   of each scenario, all of them before the first
//                                                           seed, so that what is missing is known wherever
//                                                           the file ends. `seeds`: all that were asked for,
//                                                           whichever shard ran them; none: as many as the
//                                                           time allowed
//   {"of": NAME, "seed", "digest", "events", "sim_ns", "ops", ["inconclusive"], ["check", "what", "lines"],
//    ["idle"], "coverage": {…}, "states": […]}              one a seed; `states`: those that fewer than two
//                                                           seeds before it in this file had shown
//   {"end": NAME, "cpu_ns", "wall_ns", ["not_deterministic"]}
#pragma once

#include <cstdint>
#include <iosfwd>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "sim/growth.hpp"
#include "sim/report.hpp"
#include "sim/workers.hpp"

namespace sim {

struct Results {
  // Of a scenario that was read from a file of results: its name, file, about, seeds, machines, swarm and
  // what it requires and expects, and nothing else.
  Scenario scenario;
  Summary summary;
  Growth growth;
  Load load;
  std::map<std::uint64_t, std::uint64_t> digests;  // by seed
  std::optional<std::string> not_deterministic;    // how that was seen
  bool cut_short = false;                          // a file it was read from ends before its end

  // The seed's outcome, with all of its states. A seed that is there already must have come to the same
  // digest, and counts once. Answers the states as the file wants them.
  std::vector<State> add(const Outcome& outcome);
  // After the last seed: is everything there and everything met that must have been? `partly`: some seeds run
  // elsewhere, so nothing is missed here.
  void close(bool partly = false);
  Verdict verdict() const;
};

// Writes the file while seeds end; those of a scenario in their order. Each line is out before the next thing
// is done.
class ResultsFile {
 public:
  explicit ResultsFile(std::ostream& out);
  void scenario(const Scenario& scenario);
  void seed(const std::string& scenario, const Outcome& outcome, const std::vector<State>& states);
  void end(const Results& results);

 private:
  std::ostream& out_;
};

// Adds what `text` tells to `all`, in the order of first appearance; none of them is closed. An error names
// the file and line: no file of results, of another version, or of another text of a scenario.
base::Status read_results(std::string_view text, const std::string& file, std::vector<Results>& all);

}  // namespace sim
