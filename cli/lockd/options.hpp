// The command line of lockd, its environment and its file, as one value.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/node/node.hpp"
#include "net/endpoint.hpp"
#include "net/log.hpp"

namespace lockd {

// A new cluster, or the one that the same words made before.
struct Bootstrap {
  std::vector<net::Endpoint> members;  // in the order of node ids from 1
  base::NodeId self;
  std::string cluster;
};

// A cluster that is there.
struct Join {
  std::vector<net::Endpoint> cluster;  // some of its servers
  net::Endpoint address;               // at which they will reach this one
  bool learner = false;                // for good: is never promoted by itself
  std::uint8_t priority = 1;
  base::Duration within{};  // how long to ask for
};

struct Options {
  std::string data;
  std::optional<net::Endpoint> listen;  // else the server's own address
  std::optional<Bootstrap> bootstrap;
  std::optional<Join> join;  // never both
  bool insecure = false;
  raft::Tuning tuning;
  node::SnapshotPolicy snapshots;
  net::Verbosity verbosity = net::Verbosity::events;
};

// Print this and leave with exit code 0.
struct Answer {
  std::string text;
};
// One line, and exit code 64.
struct UsageError {
  std::string message;
};

// Flags win over the environment, the environment over the file.
std::variant<Options, Answer, UsageError> parse_options(int argc, char** argv);

}  // namespace lockd
