// One command, one fault, one competitor who waits for the lock: who of the command lives when it is granted?
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cluster.hpp"
#include "fault.hpp"

namespace kill_tree {

struct Result {
  std::string problem;                 // empty: the trial is one
  std::vector<std::string> survivors;  // of the tree, when the lock was granted again
  std::string said;                    // by lockctl, where somebody survived
  std::int64_t margin_ns = 0;          // from the last sign of life to that grant
};

struct Setting {
  std::string programs;  // where lockctl is
  std::string command;   // kill_tree_command
  std::string folder;
  base::Duration ttl;
  base::Duration phase;  // from the grant to the fault
};

Result try_once(boost::asio::io_context& io, Servers& servers, const Fault& fault, const Setting& setting,
                const std::string& lock);

}  // namespace kill_tree
