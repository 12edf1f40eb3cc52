// The clients of a load: each has its own session and connection, and asks one thing at a time.
#pragma once

#include <memory>
#include <string>

#include "cli/lockctl/bench_history.hpp"
#include "cli/lockctl/bench_samples.hpp"
#include "core/client/types.hpp"

namespace boost::asio {
class io_context;
}

namespace lockctl {

class LoadClient {
 public:
  virtual ~LoadClient() = default;
  // Runs until Samples::stopping; counted in Samples::busy until it has stopped.
  virtual void begin() = 0;
  // Ends its session; counted in Samples::busy as well.
  virtual void close() = 0;
};

// Asks for the same again and again: acquire and release, a status written, or read.
std::unique_ptr<LoadClient> repeating_client(boost::asio::io_context& io, client::Config config,
                                             const std::string& workload, std::string name, Samples& samples);

// What scripts do, in turn, on names that it shares with the others: it acquires one, writes its status with
// the token, reads it and releases; now and then it swaps a status by its revision alone. `prefix`: the names
// are prefix/0 to prefix/(names - 1).
std::unique_ptr<LoadClient> mixed_client(boost::asio::io_context& io, client::Config config,
                                         std::string prefix, std::uint64_t names, HistoryFile* history,
                                         Samples& samples);

}  // namespace lockctl
