#include "tests/core/raft/script_net.hpp"

#include <algorithm>

namespace raft_test {

std::set<NodeId> ScriptNet::servers(const std::string& text) const {
  std::set<NodeId> found;
  if (text == "*") {
    for (const auto& [id, server] : cluster_.servers()) found.insert(id);
    return found;
  }
  for (const auto number : parse_numbers(text)) {
    if (!cluster_.servers().contains(NodeId(number)))
      throw BadLine("there is no server " + std::to_string(number));
    found.insert(NodeId(number));
  }
  return found;
}

std::set<Link> ScriptNet::links(const std::string& text) const {
  const auto arrow = text.find("->");
  if (arrow == std::string::npos || arrow == 0)
    throw BadLine("`" + text + "` is no link, such as 1->2 or 1,2<->*");
  const bool both = text[arrow - 1] == '<';
  std::set<Link> found;
  for (const NodeId from : servers(text.substr(0, both ? arrow - 1 : arrow))) {
    for (const NodeId to : servers(text.substr(arrow + 2))) {
      if (from == to) continue;
      found.emplace(from, to);
      if (both) found.emplace(to, from);
    }
  }
  return found;
}

void ScriptNet::hold(const std::set<Link>& links, const std::string& kind) {
  for (const auto& link : links) held_.emplace(link, kind);
}

void ScriptNet::release(const std::set<Link>& links) {
  std::erase_if(held_, [&](const auto& held) { return links.contains(held.first); });
}

bool ScriptNet::moves(const Envelope& envelope) const {
  const Link link(envelope.from, envelope.to);
  return !held_.contains({link, ""}) && !held_.contains({link, raft::name_of(envelope.message)});
}

void ScriptNet::cut(const std::set<Link>& links) {
  cut_.insert(links.begin(), links.end());
  lose();
}

void ScriptNet::heal() {
  cut_.clear();
}

void ScriptNet::lose() {
  std::erase_if(cluster_.bag(), [&](const Envelope& e) { return cut_.contains({e.from, e.to}); });
}

std::vector<std::size_t> ScriptNet::on(const std::set<Link>& links,
                                       const std::function<bool(const raft::Message&)>& wanted) const {
  std::vector<std::size_t> places;
  for (std::size_t place = 0; place < cluster_.bag().size(); ++place) {
    const auto& [from, to, message] = cluster_.bag()[place];
    if (links.contains({from, to}) && wanted(message)) places.push_back(place);
  }
  return places;
}

bool ScriptNet::work_disks() {
  bool worked = false;
  for (const auto& [id, server] : cluster_.servers()) {
    if (!server.raft || server.pending.empty() || held_disks_.contains(id)) continue;
    cluster_.complete(id, server.pending.size());
    worked = true;
  }
  lose();
  return worked;
}

void ScriptNet::round() {
  const auto& bag = cluster_.bag();
  auto left = static_cast<std::size_t>(
      std::count_if(bag.begin(), bag.end(), [&](const Envelope& each) { return moves(each); }));
  // What is sent meanwhile comes behind what was there.
  for (std::size_t place = 0; left > 0; --left) {
    while (!moves(bag.at(place))) ++place;
    cluster_.deliver(place);
    lose();
  }
  work_disks();
}

void ScriptNet::settle() {
  for (int rounds = 0;; ++rounds) {
    const auto& bag = cluster_.bag();
    const bool any = std::any_of(bag.begin(), bag.end(), [&](const Envelope& each) { return moves(each); });
    if (!any && !work_disks()) return;
    if (rounds == 1000) throw BadLine("never comes to rest");
    round();
  }
}

void ScriptNet::deliver_all() {
  auto& bag = cluster_.bag();
  for (int steps = 0;; ++steps) {
    const auto next = std::find_if(bag.begin(), bag.end(), [&](const Envelope& each) { return moves(each); });
    if (next == bag.end()) return;
    if (steps == 10'000) throw BadLine("never comes to rest");
    cluster_.deliver(static_cast<std::size_t>(next - bag.begin()));
    lose();
  }
}

}  // namespace raft_test
