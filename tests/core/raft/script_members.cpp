// What an operator asks for: members, leadership, a shorter log.
#include "tests/core/raft/script_run.hpp"

namespace raft_test {
namespace {

// `refused` at the end of a line: it must be.
void judge_answer(const base::Status& answer, bool refused) {
  if (answer.ok() == refused) throw BadLine(answer.ok() ? "is not refused" : answer.error());
}

}  // namespace

// LEADER [add=learner|voter] [promote=4,5] [remove=1,2] [priority=3:0] [refused]
void ScriptRun::change(ScriptLine& line) {
  const NodeId id = running(line);
  raft::Change change;
  if (const auto add = line.field("add")) {
    if (*add != "learner" && *add != "voter") throw BadLine("a server is added as learner or voter");
    change.add.emplace_back().promote = *add == "voter";
  }
  for (const auto number : parse_numbers(line.field("promote").value_or("none")))
    change.promote.emplace_back(number);
  for (const auto number : parse_numbers(line.field("remove").value_or("none")))
    change.remove.emplace_back(number);
  if (const auto priority = line.field("priority")) {
    const auto colon = priority->find(':');
    if (colon == std::string::npos) throw BadLine("lacks a priority, such as 3:0");
    change.priorities.emplace_back(NodeId(parse_number(priority->substr(0, colon))),
                                   static_cast<std::uint8_t>(parse_number(priority->substr(colon + 1))));
  }
  judge_answer(cluster().change(id.value, change), line.skip("refused"));
}

// LEADER [to=2] [refused]
void ScriptRun::transfer(ScriptLine& line) {
  const NodeId id = running(line);
  const auto to = line.number_field("to").value_or(0);
  judge_answer(cluster().transfer(id.value, to), line.skip("refused"));
}

// SERVER [keep=1]: entries before its end that are kept.
void ScriptRun::compact(ScriptLine& line) {
  const NodeId id = running(line);
  const auto& raft = cluster().raft(id.value);
  if (raft.receives_snapshot()) throw BadLine("the server receives a snapshot");
  if (raft.commit() == raft.log().snapshot().at.index) throw BadLine("nothing was committed since the last");
  cluster().snapshot(id.value, line.number_field("keep").value_or(0));
}

// SERVER: the first piece of a snapshot of its own, that never comes to its end.
void ScriptRun::save(ScriptLine& line) {
  const NodeId id = running(line);
  if (cluster().raft(id.value).receives_snapshot()) throw BadLine("the server receives a snapshot");
  cluster().begin_snapshot(id.value);
}

}  // namespace raft_test
