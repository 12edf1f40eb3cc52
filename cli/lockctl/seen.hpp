// What the clients of this process saw, added to the file of --history: the form that `raftsim check` reads.
// Any number of processes may add to one file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/client/history.hpp"

namespace lockctl {

namespace seen {

// From here on every client of this process, and of those it forks, records. The error names the file.
base::Status begin(const std::string& path);

}  // namespace seen

// One client's part: which operations it began, and what it holds by them. Without a file it records nothing.
class SeenByOne {
 public:
  SeenByOne();

  // To be handed back to finished(), with the same question.
  base::Instant begun(const client::Question& question);
  // `stands_until`: of a hold bound to the session, as far as is known now.
  void finished(const client::Question& question, base::Instant begun, const client::Finished& finished,
                std::optional<base::Instant> stands_until);

 private:
  void add(const client::Recorded& recorded);
  void write(const std::vector<std::string>& lines);
  void undone(client::Recorded taken, const client::Finished& finished);
  void granted(const client::Recorded& taken, std::optional<base::Instant> stands_until);
  void closed(const client::Recorded& close);

  std::uint64_t client_ = 0;          // 0: nothing is recorded
  std::vector<client::Grant> bound_;  // what ends with the session
};

}  // namespace lockctl
