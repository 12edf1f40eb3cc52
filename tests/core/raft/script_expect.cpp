// What a script says must be so.
#include <algorithm>

#include "tests/core/raft/script_run.hpp"

namespace raft_test {
namespace {

void compare(const std::string& whose, const Fields& wanted, const Fields& found) {
  for (const auto& [name, value] : wanted) {
    const auto is = std::find_if(found.begin(), found.end(), [&](const auto& f) { return f.first == name; });
    if (is == found.end()) throw BadLine(whose + " has no `" + name + "`");
    if (is->second != value) throw BadLine(whose + " has " + name + "=" + is->second);
  }
}

// name=value …, and `log T T …` for log=T,T,…
Fields wanted(ScriptLine& line) {
  Fields fields = line.fields();
  if (line.skip("log")) {
    std::string terms;
    while (line.has_word()) terms += (terms.empty() ? "" : ",") + line.word("a term");
    fields.emplace_back("log", terms.empty() ? "none" : terms);
  }
  if (fields.empty()) throw BadLine("expects nothing");
  return fields;
}

}  // namespace

void ScriptRun::expect(ScriptLine& line) {
  ++expectations_;
  cluster();
  if (line.skip("no")) {
    if (!line.skip("message")) throw BadLine("lacks `message`");
    return expect_messages(line, "0");
  }
  if (line.skip("message")) return expect_messages(line, "some");
  const auto which = line.word("what");
  if (line.skip("messages")) return expect_messages(line, which);
  expect_servers(line, which);
}

void ScriptRun::expect_messages(ScriptLine& line, const std::string& how_many) {
  const auto found = messages(line).size();
  const bool so = how_many == "some" ? found > 0 : found == parse_numbers(how_many).at(0);
  if (!so) throw BadLine("of such messages there are " + std::to_string(found) + " in flight");
}

// SERVERS …, disk SERVERS …, LEADER peer PEERS …
void ScriptRun::expect_servers(ScriptLine& line, const std::string& which) {
  if (which == "disk") {
    const auto ids = net().servers(line.word("servers"));
    const auto fields = wanted(line);
    for (const NodeId id : ids)
      compare("the disk of " + std::to_string(id.value), fields, fields_of(cluster().at(id).disk));
    return;
  }
  const auto ids = net().servers(which);
  const auto peers = line.skip("peer") ? std::optional(net().servers(line.word("peers"))) : std::nullopt;
  const auto fields = wanted(line);
  for (const NodeId id : ids) {
    const auto name = std::to_string(id.value);
    const auto& server = cluster().at(id);
    if (!peers) {
      compare(name, fields, fields_of(server));
      continue;
    }
    if (!server.raft || !server.raft->is_leader()) throw BadLine(name + " doesn't lead");
    const auto& known = std::get<raft::Leader>(server.raft->role()).peers;
    for (const NodeId peer : *peers) {
      if (peer == id) continue;
      if (!known.contains(peer)) throw BadLine(name + " has no peer " + std::to_string(peer.value));
      compare(name + "'s peer " + std::to_string(peer.value), fields, fields_of(known.at(peer)));
    }
  }
}

}  // namespace raft_test
