// Where a world stands, told to people.
#include <algorithm>
#include <map>

#include "core/base/duration.hpp"
#include "core/base/overload.hpp"
#include "sim/check/configurations.hpp"
#include "sim/world.hpp"

namespace sim {

namespace {

using Row = std::vector<std::string>;

// Columns as wide as what stands in them; the first row names them.
std::string table(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line = " ";
    for (std::size_t i = 0; i < row.size(); ++i)
      line += " " + row[i] + std::string(widths[i] - row[i].size() + 1, ' ');
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

template <class Number>
std::string number(const Number& number) {
  return std::to_string(number.value);
}

template <class Number>
std::string maybe(const std::optional<Number>& known) {
  return known ? number(*known) : "-";
}

// "12..40", or "12.." of a log that begins there and has no entry yet.
std::string range(raft::Index first, raft::Index last) {
  return number(first) + ".." + (last < first ? "" : number(last));
}

std::string role_of(const raft::Raft& raft) {
  return std::visit(base::Overload{[](const raft::Follower&) { return "follower"; },
                                   [](const raft::PreCandidate&) { return "pre-candidate"; },
                                   [](const raft::Candidate&) { return "candidate"; },
                                   [](const raft::Leader&) { return "leader"; }},
                    raft.role());
}

Row server_row(const Server& server, const std::string& up) {
  const auto place = std::to_string(server.place() + 1);
  if (!server.id()) return {place, "-", "nobody lives here"};
  if (!server.is_up()) return {place, number(server.id()), up};
  const auto& raft = server.node().raft();
  const auto& log = raft.log();
  return {place,
          number(server.id()),
          up,
          role_of(raft),
          number(raft.term()),
          maybe(raft.vote()),
          maybe(raft.leader()),
          number(raft.commit()),
          number(server.node().applied()),
          range(log.first_index(), log.last_index()),
          number(log.snapshot().at.index),
          "[" + check::describe(raft.configuration()) + "]"};
}

Row disk_row(const Server& server, Time now) {
  const auto& disk = server.disk().kept();
  const auto snapshot = disk.snapshot.at.index;
  const auto first = disk.entries.empty() ? snapshot.next() : disk.entries.front().at.index;
  const auto last = disk.entries.empty() ? snapshot : disk.entries.back().at.index;
  const auto off = server.clock().at(now).since_origin - now;
  return {std::to_string(server.place() + 1),
          number(disk.hard_state.term),
          maybe(disk.hard_state.vote),
          range(first, last),
          number(snapshot),
          std::to_string(server.disk().unsynced()),
          server.is_up() ? std::to_string(server.node().raft().sends_held()) : "-",
          base::format_duration(server.clock().at(now).since_origin),
          base::format_duration(off)};
}

}  // namespace

std::string World::describe() const {
  const auto up = [&](Place place) { return !is_up(place) ? "down" : paused_[place] > 0 ? "paused" : "up"; };
  std::string text = "at " + base::format_duration(queue_.now()) + "\nservers\n";
  std::vector<Row> rows{
      {"", "id", "", "role", "term", "vote", "leader", "commit", "applied", "log", "snapshot", "members"}};
  for (const auto& server : servers_) rows.push_back(server_row(*server, up(server->place())));
  text += table(rows) + "disks, and clocks\n";
  rows = {{"", "term", "vote", "log", "snapshot", "unsynced", "sends held", "clock", "off by"}};
  for (const auto& server : servers_) rows.push_back(disk_row(*server, queue_.now()));
  text += table(rows) + "clients\n";
  rows = {{"", "", "session", "does", "believes to hold"}};
  for (const auto& agent : agents_) {
    const bool operates = agent->place() == machines() + clients();
    const auto name = operates ? "operator" : std::to_string(agent->place() - machines() + 1);
    rows.push_back({name, up(agent->place()), maybe(agent->session()), agent->doing(), agent->holding()});
  }
  text += table(rows);
  std::string faults;
  for (const auto& [number, told] : faults_.in_force()) {
    if (!told.empty()) faults += "  " + told + "\n";
  }
  if (!faults.empty()) text += "in force\n" + faults;
  return text + describe_queue();
}

std::string World::describe_queue() const {
  std::map<std::string, std::uint64_t> on_their_way;
  queue_.each([&](Time, const Event& event) {
    const auto to = event.actor == kNobody || event.actor == machines() + clients()
                        ? std::string()
                        : " to " + Faults::name_of(event.actor, machines());
    if (event.kind == EventKind::peer_frame)
      ++on_their_way["a frame of " + Faults::name_of(static_cast<Place>(event.id), machines()) + to];
    if (event.kind == EventKind::segment) ++on_their_way["a segment" + to];
    if (event.kind == EventKind::reset) ++on_their_way["a reset" + to];
  });
  for (Place place = 0; place < held_back_.size(); ++place) {
    if (!held_back_[place].empty())
      on_their_way["held back, as it is paused, for " + Faults::name_of(place, machines())] =
          held_back_[place].size();
  }
  std::string text;
  for (const auto& [what, times] : on_their_way)
    text += (text.empty() ? "on the way\n  " : "  ") + what +
            (times > 1 ? ", " + std::to_string(times) + " times" : "") + "\n";
  return text;
}

}  // namespace sim
