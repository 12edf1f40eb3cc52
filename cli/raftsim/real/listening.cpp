// What the servers of a real run say, and what follows from it.
#include <utility>

#include "cli/raftsim/real/world.hpp"

namespace real {

namespace {

// A removed server ends by itself when it hears of it; one that hears nothing is ended after so long.
constexpr auto kRetireAfter = std::chrono::seconds(5);

}  // namespace

void World::heard(Place place, const std::string& line) {
  const auto read = read_line(line);
  if (!read.told) return;
  const auto& told = *read.told;
  if (told.event == "serving") return (void)serving_.insert(place);
  if (told.event == "members") return heard_members(place, told.members);
  // Every replica tells the same, and tells it again when it has crashed: the first to do so is believed.
  const bool of_machine = told.event == "lock_granted" || told.event == "hold_ended" ||
                          told.event == "status_persisted" || told.event == "stale_token_refused" ||
                          told.event == "session_ended";
  if (of_machine && !machine_events_.insert(read.text).second) return;
  heard_event(place, told);
}

void World::heard_event(Place place, const Told& told) {
  if (told.event == "snapshot_refused")
    return violate({"core_check", "server " + std::to_string(place + 1) +
                                      " can't read the snapshot that its leader sent: " + told.reason});
  std::optional<Place> client;
  const auto session = surroundings_.sessions.find(lock::SessionId(told.session));
  if (session != surroundings_.sessions.end()) client = session->second;
  if (told.event == "stepped_down") leads_.erase(place);
  if (told.event == "leader_elected") {
    leads_[place] = told.term;
    if (leader_ != place) old_leader_ = leader_;
    leader_ = place;
    const bool first = !coverage_.contains("elections");
    sim::count(coverage_, "elections");
    if (!first) sim::count(coverage_, "leader_changes");
    if (goes_by_.contains(place)) follow(goes_by_.at(place));
  } else if (told.event == "snapshot_saved" || told.event == "snapshot_installed") {
    sim::count(coverage_, told.event == "snapshot_saved" ? "snapshots_saved" : "snapshots_installed");
  } else {
    sim::count(coverage_, told.event);
  }
  happened(place, {told.event, place, client, told.lock, told.state, told.reason});
  if (told.event != "hold_ended") return;
  if (told.reason != "session_expired" && told.reason != "lease_expired") return;
  sim::count(coverage_, "lease_ended_while_held");
  happened(place, {"lease_ended", place, client, told.lock, "", told.reason});
}

void World::happened(Place server, const sim::Happening& happening) {
  if (trace_.on()) {
    trace_.line(now(), "server " + std::to_string(server + 1) + "  " + happening.event +
                           (happening.lock.empty() ? "" : " " + happening.lock) +
                           (happening.state.empty() ? "" : " " + happening.state) +
                           (happening.reason.empty() ? "" : " (" + happening.reason + ")"));
  }
  faults_.happened(happening);
}

void World::heard_members(Place place, const raft::Configuration& configuration) {
  goes_by_[place] = configuration;
  if (configuration.is_joint() && leader() == place) happened(place, {"joint", place, {}, "", "", ""});
  if (leader() == place) follow(configuration);
}

void World::follow(const raft::Configuration& now_members) {
  if (now_members.members.empty()) return;
  const auto before = std::exchange(membership_, now_members);
  const auto about = [&](const char* event, base::NodeId id) {
    const auto place = servers_.place_of(id.value);
    if (leader_) happened(*leader_, {event, place, {}, "", "", ""});
  };
  for (const auto& member : membership_.members) {
    const auto* former = before.find(member.id);
    if (!former) {
      sim::count(coverage_, "members_added");
      about("member_added", member.id);
    } else if (former->suffrage == raft::Suffrage::learner && member.suffrage == raft::Suffrage::voter) {
      sim::count(coverage_, "learners_promoted");
      about("promoted", member.id);
    }
  }
  for (const auto& member : before.members) {
    if (membership_.find(member.id)) continue;
    sim::count(coverage_, "members_removed");
    about("member_removed", member.id);
    std::erase_if(wiped_, [&](const auto& lost) { return lost.second == member.id; });
    if (const auto place = servers_.place_of(member.id.value))
      queue_.push(now() + kRetireAfter,
                  {.kind = sim::EventKind::retire, .detail = *place, .id = member.id.value});
  }
}

void World::retire(Place place, base::NodeId id) {
  if (servers_.id(place) != id || membership_.find(id)) return;
  tell("server " + std::to_string(place + 1) + " is no member any more, and stops");
  sim::count(coverage_, "servers_retired");
  servers_.crash(place);
  leads_.erase(place);
  goes_by_.erase(place);
  servers_.move_out(place);
}

// By itself ends only who was removed.
void World::ended(Place place, const std::string& how) {
  leads_.erase(place);
  const auto id = servers_.id(place);
  if (how == "exit status 0") {
    happened(place, {"removed", place, {}, "", "", ""});
    return queue_.push(now(), {.kind = sim::EventKind::retire, .detail = place, .id = id.value});
  }
  const auto what = "server " + std::to_string(place + 1) + " ended by itself with " + how + "; see its log";
  // 69: the port was taken meanwhile; 127: there is no such program.
  if (how == "exit status 69" || how == "exit status 127") {
    inconclusive_ = what;
  } else {
    violate({"core_check", what});
  }
}

}  // namespace real
