// What befalls messages, links and disks.
#include <algorithm>

#include "tests/core/raft/script_run.hpp"

namespace raft_test {
namespace {

bool agrees(const Fields& wanted, const Fields& found) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& field) {
    return std::find(found.begin(), found.end(), field) != found.end();
  });
}

}  // namespace

// LINK [KIND] [name=value …]
std::vector<std::size_t> ScriptRun::messages(ScriptLine& line) {
  const auto links = net().links(line.word("a link"));
  const auto kind = line.has_word() ? line.word("a kind") : "";
  const auto fields = line.fields();
  if (!kind.empty() && !has_fields(kind, fields)) throw BadLine("there is no kind of message like that");
  if (kind.empty() && !fields.empty()) throw BadLine("lacks the kind of message");
  return net().on(links, [&](const raft::Message& message) {
    return (kind.empty() || raft::name_of(message) == kind) && agrees(fields, fields_of(message));
  });
}

// The same, and nth=N for another than the first.
std::size_t ScriptRun::one_message(ScriptLine& line) {
  const auto nth = line.number_field("nth").value_or(1);
  const auto places = messages(line);
  if (nth < 1 || nth > places.size())
    throw BadLine("of such messages there are " + std::to_string(places.size()) + " in flight");
  return places[nth - 1];
}

void ScriptRun::deliver(ScriptLine& line) {
  if (line.skip("all")) return net().deliver_all();
  cluster().deliver(one_message(line));
}

void ScriptRun::drop(ScriptLine& line) {
  if (!line.skip("all")) return cluster().drop(one_message(line));
  auto places = line.has_word() ? messages(line) : net().on(net().links("*->*"), [](auto&) { return true; });
  for (auto place = places.rbegin(); place != places.rend(); ++place) cluster().drop(*place);
}

void ScriptRun::duplicate(ScriptLine& line) {
  cluster().duplicate(one_message(line));
}

// Of an Append in flight only the first entries=N entries remain, as a leader with another limit might send
// it.
void ScriptRun::shorten(ScriptLine& line) {
  const auto left = line.number_field("entries");
  if (!left) throw BadLine("lacks entries=");
  auto* append = std::get_if<raft::Append>(&cluster().bag()[one_message(line)].message);
  if (!append || append->entries.size() <= *left) throw BadLine("that message is no longer Append");
  append->entries.resize(*left);
}

void ScriptRun::round(ScriptLine& line) {
  const auto count = line.has_word() ? line.number("how many") : 1;
  for (std::uint64_t i = 0; i < count; ++i) net().round();
}

void ScriptRun::settle(ScriptLine&) {
  net().settle();
}

void ScriptRun::hold(ScriptLine& line) {
  if (line.skip("disk")) {
    for (const NodeId id : net().servers(line.word("servers"))) net().hold_disk(id);
    return;
  }
  const auto links = net().links(line.word("a link"));
  const auto kind = line.has_word() ? line.word("a kind") : "";
  if (!kind.empty() && !has_fields(kind, {})) throw BadLine("there is no kind of message like that");
  net().hold(links, kind);
}

void ScriptRun::release(ScriptLine& line) {
  if (!line.skip("disk")) return net().release(net().links(line.word("a link")));
  for (const NodeId id : net().servers(line.word("servers"))) net().release_disk(id);
}

void ScriptRun::cut(ScriptLine& line) {
  net().cut(net().links(line.word("a link")));
}

void ScriptRun::heal(ScriptLine&) {
  net().heal();
}

void ScriptRun::complete(ScriptLine& line) {
  const auto which = net().servers(line.word("servers"));
  const auto writes = line.has_word() ? std::optional(line.number("how many")) : std::nullopt;
  for (const NodeId id : which) {
    const auto pending = cluster().at(id).pending.size();
    if (pending == 0 || writes == 0 || writes > pending)
      throw BadLine("the disk was given " + std::to_string(pending) + " writes");
    cluster().complete(id, writes.value_or(pending));
  }
}

void ScriptRun::crash(ScriptLine& line) {
  const NodeId id = running(line);
  const auto kept = line.number_field("keep").value_or(0);
  if (kept > cluster().at(id).pending.size()) throw BadLine("the disk was given fewer writes");
  cluster().crash(id, kept);
}

void ScriptRun::restart(ScriptLine& line) {
  const NodeId id = server(line);
  if (cluster().is_up(id)) throw BadLine("the server runs");
  cluster().restart(id);
}

}  // namespace raft_test
