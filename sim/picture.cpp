// What the world draws of itself: rows for each server and client, bars for operations and faults.
#include "core/base/overload.hpp"
#include "core/client/fit.hpp"
#include "sim/perfetto.hpp"
#include "sim/world.hpp"

namespace sim {

namespace {

// Rows of a server; a client has the first and the last of them.
enum Row : std::uint32_t { kRole, kPhases, kTrouble, kWrites, kHolds };

std::string words(const std::string& name, std::string_view from, std::string_view to) {
  const auto begin = name.find(from);
  if (begin == std::string::npos) return "";
  const auto start = begin + from.size();
  return name.substr(start, to.empty() ? std::string::npos : name.find(to, start) - start);
}

std::string told(const client::Question& question) {
  return std::visit(base::Overload{[](const lock::Operation& operation) {
                                     std::string text = lock::name_of(operation);
                                     for (const auto& name : client::names_of(operation)) text += " " + name;
                                     return text;
                                   },
                                   [](const lock::Query&) { return std::string("query"); },
                                   [](const client::CloseSession&) { return std::string("close session"); },
                                   [](const lock::Admin&) { return std::string("admin"); }},
                    question);
}

// 0 is the world's.
std::uint32_t group_of(Place place) {
  return place + 1;
}

}  // namespace

void World::begin_picture() {
  picture_ = std::make_unique<Perfetto>(*options_.perfetto);
  picture_->name_group(0, "the world");
  for (Place place = 0; place < machines(); ++place) {
    const auto group = group_of(place);
    picture_->name_group(group, Faults::name_of(place, machines()));
    picture_->name_row(group, kRole, "role");
    picture_->name_row(group, kPhases, "in the midst of");
    picture_->name_row(group, kTrouble, "touched by");
    picture_->name_row(group, kWrites, "writes");
  }
  for (const auto& agent : agents_) {
    const auto group = group_of(agent->place());
    const bool client = agent->place() < machines() + clients();
    picture_->name_group(group, client ? Faults::name_of(agent->place(), machines()) : "operator");
    picture_->name_row(group, kRole, "process");
    picture_->name_row(group, kHolds, "holds");
  }
  draw(kNobody);
}

void World::draw_server(const Server& server) {
  const auto now = queue_.now();
  const auto group = group_of(server.place());
  const auto show = [&](Row row, const std::string& what) { picture_->show(now, group, row, what); };
  if (!server.id() || !server.is_up()) {
    show(kRole, server.id() ? "down" : "");
    for (const auto row : {kPhases, kTrouble, kWrites}) show(row, "");
    return;
  }
  const auto& raft = server.node().raft();
  const auto name =
      sim::name_of(pack(sim::part_of(watched_.last[server.place()]), phases_of(server),
                        watched_.touches[server.place()] & ~std::uint32_t{touch::lossy_network}));
  show(kRole, std::string(sim::name_of(sim::part_of(watched_.last[server.place()]))) + ", term " +
                  std::to_string(raft.term().value));
  show(kPhases, words(name, ": ", "; "));
  show(kTrouble, words(name, "; ", ""));
  show(kWrites, raft.writes_under_way() > 0 ? "to the disk" : "");
}

void World::draw_client(const Agent& agent) {
  const auto group = group_of(agent.place());
  const bool stopped = paused_[agent.place()] > 0;
  picture_->show(queue_.now(), group, kRole, !agent.is_up() ? "down" : stopped ? "paused" : "");
  std::string held;
  for (const auto& name : agent.held()) held += (held.empty() ? "" : ", ") + name;
  picture_->show(queue_.now(), group, kHolds, held);
}

void World::draw_operations() {
  const auto now = queue_.now();
  const auto& open = history_.open_operations();
  std::erase_if(drawn_operations_, [&](const auto& drawn) {
    if (open.contains(drawn.first)) return false;
    picture_->end(now, drawn.second, "operation", drawn.first);
    return true;
  });
  for (auto at = open.upper_bound(last_drawn_); at != open.end(); ++at) {
    const auto& [number, recorded] = *at;
    last_drawn_ = number;
    for (const auto& agent : agents_) {
      if (agent->name() != history_.name_of(recorded.client)) continue;
      const auto group = group_of(agent->place());
      picture_->begin(now, group, "operation", number, told(recorded.question));
      drawn_operations_[number] = group;
    }
  }
}

void World::draw_faults() {
  const auto now = queue_.now();
  const auto in_force = faults_.in_force();
  for (const auto& [number, told] : in_force) {
    if (drawn_faults_.insert(number).second) picture_->begin(now, 0, "fault", number, told);
  }
  std::erase_if(drawn_faults_, [&](std::uint64_t number) {
    if (in_force.contains(number)) return false;
    picture_->end(now, 0, "fault", number);
    return true;
  });
}

// After an event of this actor; of nobody: what the world itself did may have changed anything.
void World::draw(Place actor) {
  if (actor == kNobody) {
    draw_faults();
    for (const auto& server : servers_) draw_server(*server);
    for (const auto& agent : agents_) draw_client(*agent);
  } else if (actor < machines()) {
    draw_server(*servers_[actor]);
  } else {
    draw_client(*agents_[actor - machines()]);
  }
  draw_operations();
  if (drawn_commit_ == committed_) return;
  drawn_commit_ = committed_;
  picture_->level(queue_.now(), 0, "committed", committed_.value);
}

// Answers whether it is cut short.
bool World::end_picture() {
  if (violation_)
    picture_->mark(queue_.now(), 0, 0, "violates " + violation_->check + ": " + violation_->what);
  picture_->close(queue_.now());
  const bool cut_short = picture_->is_cut_short();
  picture_.reset();
  return cut_short;
}

}  // namespace sim
