// How a script begins, and what befalls a server by itself.
#include "tests/core/raft/script_run.hpp"

#include <algorithm>

namespace raft_test {

const std::map<std::string, ScriptRun::Command>& ScriptRun::commands() {
  static const std::map<std::string, Command> kCommands = {
      {"tuning", &ScriptRun::tuning},     {"servers", &ScriptRun::servers},
      {"server", &ScriptRun::one_server}, {"tick", &ScriptRun::tick},
      {"pass", &ScriptRun::pass},         {"run", &ScriptRun::run},
      {"stand", &ScriptRun::stand},       {"elect", &ScriptRun::elect},
      {"propose", &ScriptRun::propose},   {"read", &ScriptRun::read},
      {"deliver", &ScriptRun::deliver},   {"drop", &ScriptRun::drop},
      {"round", &ScriptRun::round},       {"duplicate", &ScriptRun::duplicate},
      {"settle", &ScriptRun::settle},     {"hold", &ScriptRun::hold},
      {"release", &ScriptRun::release},   {"cut", &ScriptRun::cut},
      {"heal", &ScriptRun::heal},         {"complete", &ScriptRun::complete},
      {"crash", &ScriptRun::crash},       {"restart", &ScriptRun::restart},
      {"change", &ScriptRun::change},     {"transfer", &ScriptRun::transfer},
      {"compact", &ScriptRun::compact},   {"save", &ScriptRun::save},
      {"shorten", &ScriptRun::shorten},   {"expect", &ScriptRun::expect},
  };
  return kCommands;
}

void ScriptRun::carry_out(ScriptLine line) {
  if (line.empty()) return;
  const auto name = line.word("a command");
  const auto found = commands().find(name);
  if (found == commands().end()) throw BadLine("there is no such command");
  (this->*found->second)(line);
  line.end();
  if (net_) net_->lose();
}

std::string ScriptRun::state() {
  return cluster_ ? print(cluster_->servers(), cluster_->bag()) : "";
}

Cluster& ScriptRun::cluster() {
  if (!cluster_) {
    if (beginnings_.empty()) throw BadLine("there are no servers yet");
    if (beginnings_.rbegin()->first != beginnings_.size()) throw BadLine("servers are numbered without gaps");
    std::vector<std::pair<raft::Config, raft::Recovered>> servers;
    for (const auto& [id, found] : beginnings_) {
      auto config = config_of(id, beginnings_.size());
      config.tuning = tuning_;
      servers.emplace_back(std::move(config), found);
      servers.back().second.snapshot.configuration = raft::bootstrap(beginnings_.size());
    }
    cluster_.emplace(std::move(servers));
    net_.emplace(*cluster_);
  }
  return *cluster_;
}

ScriptNet& ScriptRun::net() {
  cluster();
  return *net_;
}

NodeId ScriptRun::server(ScriptLine& line) {
  const auto found = net().servers(line.word("a server"));
  if (found.size() != 1) throw BadLine("wants one server");
  return *found.begin();
}

NodeId ScriptRun::running(ScriptLine& line) {
  const NodeId id = server(line);
  if (!cluster().is_up(id)) throw BadLine("the server is down");
  return id;
}

NodeId ScriptRun::leading(ScriptLine& line) {
  const NodeId id = running(line);
  if (!cluster().raft(id.value).is_leader()) throw BadLine("the server doesn't lead");
  return id;
}

void ScriptRun::tuning(ScriptLine& line) {
  if (cluster_) throw BadLine("comes too late: the servers run");
  if (const auto most = line.number_field("entries"))
    tuning_.append_entries_max = static_cast<std::uint32_t>(*most);
  if (const auto most = line.number_field("inflight"))
    tuning_.inflight_messages_max = static_cast<std::uint32_t>(*most);
}

void ScriptRun::servers(ScriptLine& line) {
  if (cluster_) throw BadLine("comes too late: the servers run");
  const auto count = line.number("how many");
  if (count < 1 || count > 9) throw BadLine("wants 1 to 9 servers");
  for (std::uint64_t id = 1; id <= count; ++id) beginnings_.try_emplace(id);
}

void ScriptRun::one_server(ScriptLine& line) {
  if (cluster_) throw BadLine("comes too late: the servers run");
  const auto id = line.number("its number");
  std::vector<std::uint64_t> terms;
  if (line.skip("log")) {
    while (line.has_word()) terms.push_back(line.number("a term"));
  }
  if (!std::is_sorted(terms.begin(), terms.end())) throw BadLine("terms never fall along a log");
  raft::HardState hard{Term(terms.empty() ? 0 : terms.back()), std::nullopt};
  if (const auto term = line.number_field("term")) hard.term = Term(*term);
  if (const auto vote = line.number_field("vote")) hard.vote = NodeId(*vote);
  beginnings_[id] = recovered(terms, hard);
}

void ScriptRun::tick(ScriptLine& line) {
  cluster().tick(running(line).value);
}

void ScriptRun::pass(ScriptLine& line) {
  cluster().pass(parse_time(line.word("a time")));
}

void ScriptRun::run(ScriptLine& line) {
  constexpr base::Duration kSlice = 5ms;
  const auto time = parse_time(line.word("a time"));
  for (base::Duration passed{0}; passed < time; passed += kSlice) {
    cluster().pass(kSlice);
    for (const auto& [id, server] : cluster().servers()) {
      if (server.raft && server.now >= server.raft->deadline()) cluster().tick(id.value);
    }
    net().lose();
    net().settle();
  }
}

void ScriptRun::stand(ScriptLine& line) {
  const NodeId id = running(line);
  cluster().pass(tuning_.election_max);
  cluster().tick(id.value);
}

void ScriptRun::elect(ScriptLine& line) {
  const NodeId id = running(line);
  cluster().pass(tuning_.election_max);
  cluster().tick(id.value);
  net().lose();
  net().settle();
  if (!cluster().raft(id.value).is_leader()) throw BadLine("it is not elected");
}

void ScriptRun::propose(ScriptLine& line) {
  const NodeId id = leading(line);
  if (!cluster().raft(id.value).takes_proposals()) throw BadLine("the leader hands over");
  const auto count = line.has_word() ? line.number("how many") : 1;
  for (std::uint64_t i = 0; i < count; ++i) cluster().propose(id.value);
}

void ScriptRun::read(ScriptLine& line) {
  const NodeId id = running(line);
  const auto by = line.field("by").value_or("round");
  if (by != "round" && by != "lease") throw BadLine("a read is by=round or by=lease");
  if (!cluster().raft(id.value).leader()) throw BadLine("the server knows no leader");
  cluster().read(id.value, by == "lease" ? raft::ReadBy::lease : raft::ReadBy::round);
}

}  // namespace raft_test
