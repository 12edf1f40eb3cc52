// What the clients of a run saw, as the checkers read it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/client/history.hpp"
#include "sim/check/history.hpp"
#include "sim/queue.hpp"
#include "sim/trace.hpp"

namespace sim {

using OperationNumber = std::uint64_t;

class History {
 public:
  // Whatever clients learn is told in `trace`, too.
  History(const Queue& queue, Trace& trace) : queue_(queue), trace_(trace) {}

  // A client's operations go by a new number from now on.
  std::uint64_t new_client(const std::string& name);
  // `left`: of a Leave, what it gives back.
  OperationNumber begin(std::uint64_t client, client::Question question, Time now,
                        lock::Consistency consistency = lock::Consistency::linearizable,
                        std::optional<client::Grant> left = {});
  // It stands in a queue.
  void queued(OperationNumber operation, Time now);
  // Answers whether its outcome is known.
  bool finish(OperationNumber operation, const client::Finished& finished, Time now, Time undone_granted);
  // What is still open stays so: its outcome is unknown.
  void expire(std::uint64_t client, const std::string& name, lock::Token token, Time from);

  std::size_t open() const { return open_.size(); }
  const std::map<OperationNumber, client::Recorded>& open_operations() const { return open_; }
  const std::string& name_of(std::uint64_t client) const { return names_[client - 1]; }
  // As JSON lines, the operations under way included.
  std::string text() const;
  // Reads that need not be the newest, likewise: they are no part of the history.
  const std::string& stale_text() const { return stale_lines_; }

 private:
  void add(const client::Recorded& recorded, std::optional<Time> queued = {});
  void add(const std::string& line);
  void finish_undone(client::Recorded recorded, const client::Finished& finished, Time granted);
  void tell(const std::string& line, const char* remark);

  const Queue& queue_;
  Trace& trace_;
  std::vector<std::string> names_;  // of the clients, by their numbers from 1
  std::map<OperationNumber, client::Recorded> open_;
  std::set<OperationNumber> stale_;  // of those that are open
  std::map<OperationNumber, Time> queued_;
  OperationNumber last_ = 0;
  std::string lines_;
  std::uint64_t line_count_ = 0;
  std::string stale_lines_;
};

}  // namespace sim
