// What the world sees of its servers, and what it makes of a run.
#include <algorithm>
#include <utility>

#include "core/base/check.hpp"
#include "core/base/overload.hpp"
#include "core/wire/codec.hpp"
#include "sim/check/configurations.hpp"
#include "sim/check/lines.hpp"
#include "sim/judge_clients.hpp"
#include "sim/vouching.hpp"
#include "sim/world.hpp"

namespace sim {

using base::Overload;

namespace {

// What a `when` calls a message that leaves its sender; nullptr: nothing.
const char* event_of(const raft::Message& message) {
  if (std::holds_alternative<raft::VoteGranted>(message)) return "vote_granted";
  if (std::holds_alternative<raft::AppendRejected>(message)) return "append_rejected";
  if (std::holds_alternative<raft::InstallSnapshot>(message)) return "piece_sent";
  if (std::holds_alternative<raft::TimeoutNow>(message)) return "heir_called";
  return nullptr;
}

const char* name_of(lock::EndReason reason) {
  switch (reason) {
    case lock::EndReason::released:
      return "released";
    case lock::EndReason::session_closed:
      return "session_closed";
    case lock::EndReason::session_expired:
      return "session_expired";
    case lock::EndReason::lease_expired:
      return "lease_expired";
    case lock::EndReason::over_max:
      return "over_max";
    case lock::EndReason::broken:
      return "broken";
  }
  return "?";
}

}  // namespace

void World::observe(Server& server) {
  note_state(server);
  if (scenario_.checks.raft_invariants && !violation_) {
    if (const auto found = invariants_.observe(server.id(), server.node()))
      violate({"raft_invariants", found->check + ": " + found->what});
  }
  if (!violation_) follow_commit(server);
  if (!violation_) look_at_lines(server);
  if (!scenario_.checks.raft_invariants || violation_) return;
  if (const auto found = rules_.observe(server.node().raft()))
    violate({"raft_invariants", found->check + ": " + found->what});
}

// Of each state once: replicas are compared elsewhere.
void World::look_at_lines(const Server& server) {
  const auto applied = server.node().applied();
  if (applied <= lines_seen_) return;
  lines_seen_ = applied;
  if (const auto waits = check::waits_in_vain(server.node().machine()))
    violate({"core_check",
             "waits_in_vain: " + *waits + " (state after index " + std::to_string(applied.value) + ")"});
}

// What a server newly calls committed is on the disks of a quorum, whatever their servers say.
void World::look_at_disks(const Server& server, raft::Position position) {
  const auto& configuration = invariants_.commits_by(server.id());
  std::string where;
  const bool kept = check::has_quorum(configuration, [&](host::NodeId id) {
    const raft::Recovered* disk = nullptr;
    for (const auto& other : servers_) {
      if (other->id() == id) disk = &other->disk().kept();
    }
    const auto lost = lost_disks_.find(id);
    if (!disk && lost != lost_disks_.end()) disk = &lost->second;
    if (!disk || !holds(*disk, position)) return false;
    where += (where.empty() ? "" : ", ") + std::to_string(id.value);
    return true;
  });
  if (kept) return;
  violate({"raft_invariants",
           "durability: server " + std::to_string(server.place() + 1) + " counts index " +
               std::to_string(position.index.value) + " as committed; it is on the disks of " +
               (where.empty() ? "nobody" : where) + " of [" + check::describe(configuration) + "]"});
}

void World::look_at_snapshot(Server& server) {
  const auto& disk = server.disk().kept();
  const auto index = disk.snapshot.at.index;
  if (!scenario_.checks.raft_invariants || violation_) return;
  if (std::exchange(snapshots_seen_[server.place()], index) == index) return;
  if (const auto found = invariants_.snapshot_kept(server.id(), disk))
    violate({"raft_invariants", found->check + ": " + found->what});
}

// What it has counted in this run of it.
void World::harvest(const Server& server) {
  const auto& counters = server.node().raft().counters();
  const auto add = [&](const char* name, std::uint64_t value) {
    if (value != 0) count(coverage_, name, value);
  };
  add("pieces_resent", counters.pieces_sent_again);
  add("reads_via_followers", counters.reads_for_peers);
  add("lease_reads", counters.reads_by_lease);
}

void World::violate(Violation violation) {
  if (!violation_) violation_ = std::move(violation);
}

// Where it lives, if anywhere.
std::optional<Place> World::home_of(host::NodeId id) const {
  const auto at = std::ranges::find(servers_, id, [](const auto& server) { return server->id(); });
  return at == servers_.end() ? std::nullopt : std::optional((*at)->place());
}

void World::sent(Place from, host::NodeId to, const std::string& frame) {
  const auto message = wire::decode_message(std::string_view(frame).substr(wire::kHeaderBytes));
  CHECK(message.ok());
  const auto& server = *servers_[from];
  if (options_.trace_messages && trace_.on()) {
    tell("server " + std::to_string(from + 1) + " -> number " + std::to_string(to.value) + "  " +
         raft::name_of(message.value()));
  }
  if (const auto* event = event_of(message.value()))
    happened(from, {event, from, {}, "", "", "", home_of(to)});
  if (!scenario_.checks.raft_invariants || violation_) return;
  if (const auto found = invariants_.sent(server.id(), to, message.value())) {
    return violate({"raft_invariants", found->check + ": " + found->what});
  }
  rules_.sent(server.id(), to, message.value());
  if (const auto missing = missing_promise(message.value(), to, server.node().raft(), server.disk().kept())) {
    violate({"raft_invariants", "persist_before_send: server " + std::to_string(from + 1) + " sends " +
                                    raft::name_of(message.value()) + " to number " +
                                    std::to_string(to.value) + " without having on its disk " + *missing});
  }
}

void World::received(Place at, host::NodeId from, std::string_view payload) {
  if (!scenario_.checks.raft_invariants || violation_) return;
  const auto message = wire::decode_message(payload);
  if (!message.ok()) return;  // it is dropped there, too
  auto& server = *servers_[at];
  rules_.received(server.node().raft(), from, message.value(), server.clock().now(), invariants_.committed());
}

// Every replica tells the same events: the first to do so is believed.
bool World::is_new(const lock::Event& event) {
  auto key =
      std::visit(Overload{[](const lock::LockGranted& e) { return EventKey(0, e.token.value, 0, ""); },
                          [](const lock::HoldEnded& e) { return EventKey(1, e.token.value, 0, ""); },
                          [](const lock::StatusChanged& e) {
                            return EventKey(2, e.revision.value, 0, e.state + " " + e.name);
                          },
                          [](const lock::StaleTokenRefused& e) {
                            return EventKey(3, e.token.value, e.session.value, e.name);
                          },
                          [](const lock::SessionEnded& e) { return EventKey(4, e.session.value, 0, ""); }},
                 event);
  return machine_events_.insert(std::move(key)).second;
}

void World::note_configuration(const Server& server, const raft::Configuration& configuration) {
  if (trace_.on())
    tell("server " + std::to_string(server.place() + 1) + " goes by [" + check::describe(configuration) +
         "]");
  if (!server.node().raft().is_leader()) return;
  happened(server.place(), {"config_appended", server.place(), {}, "", "", ""});
  if (check::is_joint(configuration)) happened(server.place(), {"joint", server.place(), {}, "", "", ""});
}

void World::noted(Place server, const node::Note& note) {
  const auto client_of = [&](lock::SessionId session) -> std::optional<Place> {
    const auto at = surroundings_.sessions.find(session);
    return at == surroundings_.sessions.end() ? std::nullopt : std::optional<Place>(at->second);
  };
  const auto event = Overload{
      [&](const lock::LockGranted& e) {
        return Happening{"lock_granted", server, client_of(e.session), e.name, "", ""};
      },
      [&](const lock::HoldEnded& e) {
        return Happening{"hold_ended", server, client_of(e.session), e.name, "", name_of(e.reason)};
      },
      [&](const lock::StatusChanged& e) {
        return Happening{"status_persisted", server, client_of(e.session), e.name, e.state, ""};
      },
      [&](const lock::StaleTokenRefused& e) {
        return Happening{"stale_token_refused", server, client_of(e.session), e.name, "", ""};
      },
      [&](const lock::SessionEnded& e) {
        return Happening{
            "session_ended", server, client_of(e.session), "", "", e.expired ? "expired" : "closed"};
      },
  };
  std::visit(Overload{
                 [&](const node::BecameLeader& b) {
                   if (leader_ != server) old_leader_ = leader_;
                   leader_ = server;
                   count(coverage_, coverage_.contains("elections") ? "leader_changes" : "elections");
                   if (coverage_.contains("leader_changes")) count(coverage_, "elections");
                   happened(server, {"leader_elected", server, {}, "", "", ""});
                   leader_term_ = b.term;
                   const auto& raft = servers_[server]->node().raft();
                   if (check::is_joint(raft.configuration())) count(coverage_, "elections_in_joint");
                 },
                 [&](const node::SteppedDown&) {
                   count(coverage_, "stepped_down");
                   happened(server, {"stepped_down", server, {}, "", "", ""});
                 },
                 [&](const node::Reconfigured& r) { note_configuration(*servers_[server], r.configuration); },
                 [&](const node::Removed&) {
                   happened(server, {"removed", server, {}, "", "", ""});
                 },
                 [&](const node::SnapshotSaved&) {
                   count(coverage_, "snapshots_saved");
                   happened(server, {"snapshot_saved", server, {}, "", "", ""});
                 },
                 [&](const node::SnapshotInstalled&) {
                   count(coverage_, "snapshots_installed");
                   happened(server, {"snapshot_installed", server, {}, "", "", ""});
                 },
                 [&](const node::SnapshotRefused& r) {
                   violate({"raft_invariants", "snapshot_refused: server " + std::to_string(server + 1) +
                                                   " can't read what its leader sent: " + r.why});
                 },
                 [&](const lock::Event& e) {
                   if (!is_new(e)) return;
                   const auto happening = std::visit(event, e);
                   count(coverage_, happening.event);
                   happened(server, happening);
                   if (happening.reason == "session_expired" || happening.reason == "lease_expired") {
                     count(coverage_, "lease_ended_while_held");
                     happened(server, {"lease_ended", server, happening.client, happening.lock, "",
                                       happening.reason});
                   }
                 },
             },
             note);
}

void World::happened(Place server, const Happening& happening) {
  if (trace_.on()) {
    tell("server " + std::to_string(server + 1) + "  " + happening.event +
         (happening.lock.empty() ? "" : " " + happening.lock) +
         (happening.state.empty() ? "" : " " + happening.state) +
         (happening.reason.empty() ? "" : " (" + happening.reason + ")") +
         (happening.client ? " for client " + std::to_string(*happening.client - machines() + 1) : ""));
  }
  faults_.happened(happening);
}

void World::judge(Outcome& outcome) {
  if (!violation_ && !options_.until && !inconclusive_) {
    judge_convergence();
    if (!violation_) violation_ = judge_availability(scenario_, surroundings_.availability);
    const bool each_once = scenario_.checks.each_once && !recovered_;
    if (each_once && !violation_) violation_ = store_.check_each_once();
    if (each_once && !violation_) violation_ = store_.violation();
    if (scenario_.checks.raft_invariants && !violation_) {
      for (const auto& server : servers_) {
        if (!server->is_up() || violation_) continue;
        server->node().machine().check();
        const auto found =
            invariants_.applied(server->id(), server->node().applied(), server->node().machine().digest());
        if (found) violate({"raft_invariants", found->check + ": " + found->what});
      }
    }
  }
  for (const auto& server : servers_) {
    if (server->is_up()) harvest(*server);
  }
  if (!violation_ && !options_.until) judge_history();
  watched_.overlaps.tell(coverage_);
  if (options_.state) outcome.state = describe();
  if (!violation_ && !options_.until && !inconclusive_) outcome.idle = idle();
  tell_outcome(outcome);
}

void World::tell_outcome(Outcome& outcome) {
  outcome.history = history_.text();
  outcome.seed = seed_;
  outcome.violation = violation_;
  outcome.inconclusive = inconclusive_;
  digest_.add(outcome.history);
  outcome.digest = digest_.value();
  outcome.events = queue_.popped();
  outcome.simulated = queue_.now();
  outcome.operations = coverage_.contains("ops_done") ? coverage_.at("ops_done") : 0;
  outcome.coverage = coverage_;
  outcome.states = watched_.states.all();
}

void World::judge_history() {
  // Behind a forced recovery what was acknowledged may be lost; tokens go on rising.
  auto judgement = judge_clients(scenario_.checks, history_, recovered_);
  if (judgement.stale_reads != 0) count(coverage_, "stale_reads", judgement.stale_reads);
  if (judgement.violation) violate(std::move(*judgement.violation));
  if (judgement.inconclusive) inconclusive_ = std::move(judgement.inconclusive);
}

}  // namespace sim
