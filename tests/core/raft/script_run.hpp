// A script under way: one function a command.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/core/raft/cluster.hpp"
#include "tests/core/raft/script_line.hpp"
#include "tests/core/raft/script_net.hpp"

namespace raft_test {

class ScriptRun {
 public:
  // Throws BadLine, or base::CheckFailed where the judge objects.
  void carry_out(ScriptLine line);
  bool has_expected() const { return expectations_ > 0; }
  // For whoever must see why a line didn't hold.
  std::string state();

 private:
  using Command = void (ScriptRun::*)(ScriptLine&);
  static const std::map<std::string, Command>& commands();

  // The cluster begins with the first command that is not about how it begins.
  Cluster& cluster();
  ScriptNet& net();
  NodeId server(ScriptLine& line);
  NodeId running(ScriptLine& line);
  NodeId leading(ScriptLine& line);

  // script_run.cpp
  void tuning(ScriptLine& line);
  void servers(ScriptLine& line);
  void one_server(ScriptLine& line);
  void tick(ScriptLine& line);
  void pass(ScriptLine& line);
  void run(ScriptLine& line);
  void stand(ScriptLine& line);
  void elect(ScriptLine& line);
  void propose(ScriptLine& line);
  void read(ScriptLine& line);
  // script_members.cpp
  void change(ScriptLine& line);
  void transfer(ScriptLine& line);
  void compact(ScriptLine& line);
  void save(ScriptLine& line);
  // script_commands.cpp
  void deliver(ScriptLine& line);
  void drop(ScriptLine& line);
  void duplicate(ScriptLine& line);
  void shorten(ScriptLine& line);
  void round(ScriptLine& line);
  void settle(ScriptLine& line);
  void hold(ScriptLine& line);
  void release(ScriptLine& line);
  void cut(ScriptLine& line);
  void heal(ScriptLine& line);
  void complete(ScriptLine& line);
  void crash(ScriptLine& line);
  void restart(ScriptLine& line);
  std::vector<std::size_t> messages(ScriptLine& line);
  std::size_t one_message(ScriptLine& line);
  // script_expect.cpp
  void expect(ScriptLine& line);
  void expect_messages(ScriptLine& line, const std::string& how_many);
  void expect_servers(ScriptLine& line, const std::string& which);

  raft::Tuning tuning_ = config_of(1, 1).tuning;
  std::map<std::uint64_t, raft::Recovered> beginnings_;
  std::optional<Cluster> cluster_;
  std::optional<ScriptNet> net_;
  int expectations_ = 0;
};

}  // namespace raft_test
