#include "sim/workload_fields.hpp"

#include <algorithm>

namespace sim {

namespace {

void read_who(const Field& field, const Scenario& scenario, Workload& workload) {
  if (field.is_string()) return (void)field.name("choice of clients", {"all"});
  for (const auto& number : field.elements()) {
    workload.clients.push_back(static_cast<std::uint32_t>(number.integer(1, scenario.clients)));
  }
}

std::optional<lock::Consistency> read_consistency(const Field& field) {
  const auto name = field.name("consistency", {"linearizable", "lease", "stale", "mixed"});
  if (name == "lease") return lock::Consistency::lease;
  if (name == "stale") return lock::Consistency::stale;
  return name == "mixed" ? std::nullopt : std::optional(lock::Consistency::linearizable);
}

// What is not named does not happen.
Mix read_mix(const Field& field, const std::string& program) {
  const auto usual = usual_mix(program);
  if (usual.empty()) return field.fail("the program '" + program + "' has nothing to mix"), usual;
  std::vector<std::string> known;
  for (const auto& part : usual) known.push_back(part.what);
  field.only(known);
  Mix mix;
  std::uint64_t sum = 0;
  for (const auto& [what, weight] : field.members()) {
    mix.push_back({what, static_cast<std::uint32_t>(weight.integer(0, 1'000'000))});
    sum += mix.back().weight;
  }
  if (sum == 0) return field.fail("expected one weight above 0 at least"), usual;
  return mix;
}

void read_tempo(const Field& field, ProgramTuning& tuning) {
  const auto pause = field.find("pause");
  const auto rate = field.find("rate");
  if (pause && rate) return rate->fail("expected either 'pause' or 'rate'");
  if (pause) tuning.pace = Pace(pause->durations());
  if (rate) tuning.pace = Pace(rate->interval());
}

// Bounds of what the servers grant.
Distribution read_lease(const Field& field, lock::Millis greatest) {
  const auto lease = field.durations();
  const lock::Limits limits;
  if (lease.least() < Duration(limits.ttl_min).count() || lease.greatest() > Duration(greatest).count())
    field.fail("expected 100ms to " + std::to_string(Duration(greatest) / std::chrono::hours(1)) + "h");
  return lease;
}

void read_detached(const Field& field, ProgramTuning& tuning) {
  const lock::Limits limits;
  const auto lease = field.find("lease");
  const auto max_hold = field.find("max_hold");
  const bool detached = tuning.program == "detached";
  if (lease && !detached) lease->fail("the program '" + tuning.program + "' has no detached holds");
  if (max_hold && !detached && tuning.program != "reenter")
    max_hold->fail("the program '" + tuning.program + "' takes no maximum");
  if (lease) tuning.lease_ns = read_lease(*lease, limits.ttl_max);
  if (max_hold) tuning.max_hold_ns = read_lease(*max_hold, limits.record_ttl_max);
}

// Whoever runs under another has a session as long as one round.
void read_session(const Field& field, const Scenario& scenario, Workload& workload) {
  const auto session = field.find("session");
  const auto under = field.find("under");
  for (const auto& f : {session, under}) {
    if (f && !works_in_rounds(workload.tuning.program))
      f->fail("the program '" + workload.tuning.program + "' does not work in rounds");
  }
  const auto lasts = session ? session->name("life of a session", {"client", "round"}) : "client";
  workload.tuning.session_a_round = under || lasts == "round";
  if (!under) return;
  if (session && lasts != "round") return session->fail("who runs under another has a session a round");
  // The servers count entries of a hold, the judge those of a name.
  if (workload.tuning.program == "multi")
    return under->fail("what is entered in the hold of another can't be judged where it has several names");
  // Who gives up waiting may have entered what another of his kin holds, and not know it: the history would
  // show a grant of his own.
  if (workload.tuning.program == "locks" || workload.tuning.program == "detached")
    return under->fail("the program '" + workload.tuning.program +
                       "' gives up waiting; expected reenter, modes, once, register or status");
  workload.under = static_cast<std::uint32_t>(under->integer(1, scenario.clients));
  const auto& who = workload.clients;
  if (who.empty() || std::find(who.begin(), who.end(), *workload.under) != who.end())
    under->fail("no client runs under itself");
}

}  // namespace

Workload read_workload(const Field& field, const Scenario& scenario) {
  Workload workload;
  auto& tuning = workload.tuning;
  field.only({"clients", "program", "objects", "keys", "of", "reads", "ttl", "hold", "lease", "max_hold",
              "session", "under", "pause", "rate", "mix"});
  if (const auto f = field.find("clients")) read_who(*f, scenario, workload);
  if (const auto f = field.need("program")) tuning.program = f->name("program", program_names());
  // Long enough that whoever was stopped meets his successor at work.
  if (tuning.program == "upload") tuning.hold_ns = Distribution::uniform(500'000'000, 3'000'000'000);
  if (const auto f = field.find("objects")) workload.objects = f->integers(1, 10'000);
  if (const auto f = field.find("keys")) workload.keys = f->integers(1, 10'000);
  if (const auto f = field.find("of")) tuning.of = f->name("names", {"lock", "object", "register", "status"});
  if (const auto f = field.find("reads")) tuning.reads = read_consistency(*f);
  if (const auto f = field.find("hold")) tuning.hold_ns = f->durations();
  tuning.mix = usual_mix(tuning.program);
  if (const auto f = field.find("mix")) tuning.mix = read_mix(*f, tuning.program);
  read_tempo(field, tuning);
  read_detached(field, tuning);
  read_session(field, scenario, workload);
  if (const auto f = field.find("ttl")) {
    workload.ttl = std::chrono::duration_cast<lock::Millis>(f->duration());
    const lock::Limits limits;
    if (workload.ttl < limits.ttl_min || workload.ttl > limits.ttl_max) f->fail("expected 100ms to 24h");
  }
  return workload;
}

}  // namespace sim
