// What the world sees of its servers, and what it makes of a run.
#include <set>

#include "core/base/check.hpp"
#include "core/base/overload.hpp"
#include "core/wire/codec.hpp"
#include "sim/check/check_file.hpp"
#include "sim/vouching.hpp"
#include "sim/world.hpp"

namespace sim {

using base::Overload;

namespace {

// `*` is any run of characters.
bool glob(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] != '*')
    return !text.empty() && pattern[0] == text[0] && glob(pattern.substr(1), text.substr(1));
  for (std::size_t skip = 0; skip <= text.size(); ++skip) {
    if (glob(pattern.substr(1), text.substr(skip))) return true;
  }
  return false;
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
  }
  return "?";
}

}  // namespace

void World::observe(Server& server) {
  if (!scenario_.checks.raft_invariants || violation_) return;
  const auto id = node_of(server.place());
  if (const auto found = invariants_.observe(id, server.node())) {
    violate({"raft_invariants", found->check + ": " + found->what});
  }
  if (!violation_) look_at_disks(server);
}

// What a server newly calls committed is on the disks of a majority, whatever their servers say.
void World::look_at_disks(const Server& server) {
  const auto& raft = server.node().raft();
  for (; committed_ < raft.commit(); committed_ = committed_.next()) {
    const auto index = committed_.next();
    const raft::Position position{index, *raft.log().term_at(index)};
    std::size_t disks = 0;
    for (const auto& other : servers_) disks += holds(other->disk().kept(), position) ? 1 : 0;
    if (disks > servers_.size() / 2) continue;
    return violate({"raft_invariants", "durability: server " + std::to_string(server.place() + 1) +
                                           " counts index " + std::to_string(index.value) +
                                           " as committed; it is on " + std::to_string(disks) + " of " +
                                           std::to_string(servers_.size()) + " disks"});
  }
}

void World::violate(Violation violation) {
  if (!violation_) violation_ = std::move(violation);
}

void World::sent(Place from, Place to, const std::string& frame) {
  if (!scenario_.checks.raft_invariants && !options_.trace_messages) return;
  const auto message = wire::decode_message(std::string_view(frame).substr(wire::kHeaderBytes));
  CHECK(message.ok());
  if (options_.trace_messages && trace_.on()) {
    tell("server " + std::to_string(from + 1) + " -> " + std::to_string(to + 1) + "  " +
         raft::name_of(message.value()));
  }
  if (!scenario_.checks.raft_invariants || violation_) return;
  if (const auto found = invariants_.sent(node_of(from), node_of(to), message.value())) {
    return violate({"raft_invariants", found->check + ": " + found->what});
  }
  const auto& server = *servers_[from];
  if (const auto missing =
          missing_promise(message.value(), node_of(to), server.node().raft(), server.disk().kept())) {
    violate({"raft_invariants", "persist_before_send: server " + std::to_string(from + 1) + " sends " +
                                    raft::name_of(message.value()) + " to server " + std::to_string(to + 1) +
                                    " without having on its disk " + *missing});
  }
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
                 },
                 [&](const node::SteppedDown&) {
                   count(coverage_, "stepped_down");
                   happened(server, {"stepped_down", server, {}, "", "", ""});
                 },
                 [&](const lock::Event& e) {
                   // Every replica tells the same events in the same order: the first to do so is believed.
                   if (++machine_events_[server] <= machine_events_seen_) return;
                   machine_events_seen_ = machine_events_[server];
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
    tell(
        "server " + std::to_string(server + 1) + "  " + happening.event +
        (happening.lock.empty() ? "" : " " + happening.lock) +
        (happening.state.empty() ? "" : " " + happening.state) +
        (happening.reason.empty() ? "" : " (" + happening.reason + ")") +
        (happening.client ? " for client " + std::to_string(*happening.client - scenario_.servers + 1) : ""));
  }
  faults_.happened(happening);
}

void World::judge(Outcome& outcome) {
  if (!violation_ && !options_.until && !inconclusive_) {
    judge_convergence();
    if (scenario_.checks.each_once && !violation_) violation_ = store_.check_each_once();
    if (scenario_.checks.each_once && !violation_) violation_ = store_.violation();
    if (scenario_.checks.raft_invariants && !violation_) {
      for (const auto& server : servers_) {
        if (!server->is_up() || violation_) continue;
        server->node().machine().check();
        const auto found = invariants_.applied(node_of(server->place()), server->node().applied(),
                                               server->node().machine().digest());
        if (found) violate({"raft_invariants", found->check + ": " + found->what});
      }
    }
  }
  outcome.history = history_.text();
  if (!violation_ && !options_.until) judge_history(outcome);
  outcome.seed = seed_;
  outcome.violation = violation_;
  outcome.inconclusive = inconclusive_;
  outcome.digest = digest_.value();
  outcome.events = queue_.popped();
  outcome.simulated = queue_.now();
  outcome.operations = coverage_.contains("ops_done") ? coverage_.at("ops_done") : 0;
  outcome.coverage = coverage_;
}

void World::judge_history(Outcome& outcome) {
  if (scenario_.checks.linearizable.empty()) return;
  auto parsed = check::parse_json(outcome.history, "history");
  CHECK(parsed.ok());
  auto history = std::move(parsed).value();
  std::erase_if(history, [&](const check::Operation& operation) {
    for (const auto& pattern : scenario_.checks.linearizable) {
      if (glob(pattern, operation.key)) return false;
    }
    return true;
  });
  const auto report = check::check_history(history, check::Model::lock);
  CHECK(report.ok());
  if (report->answer == check::Answer::violation) {
    violate({"linearizable", report->lines.empty() ? report->check : report->lines.front(), report->lines});
  } else if (report->answer == check::Answer::undecided) {
    inconclusive_ = report->lines.empty() ? "the history could not be judged" : report->lines.front();
  }
}

void World::judge_convergence() {
  if (!scenario_.checks.converge_within || all_done()) return;
  Violation violation{"converge_within", "not every client came to an end after everything had healed", {}};
  for (const auto& agent : agents_) {
    if (!agent->done())
      violation.lines.push_back(Faults::name_of(agent->place(), scenario_.servers) + " " + agent->doing());
  }
  violate(std::move(violation));
}

}  // namespace sim
