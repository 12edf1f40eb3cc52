#include "sim/workload_fields.hpp"

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

}  // namespace

Workload read_workload(const Field& field, const Scenario& scenario) {
  Workload workload;
  auto& tuning = workload.tuning;
  field.only({"clients", "program", "objects", "keys", "of", "reads", "ttl", "hold", "pause", "rate", "mix"});
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
  if (const auto f = field.find("ttl")) {
    workload.ttl = std::chrono::duration_cast<lock::Millis>(f->duration());
    const lock::Limits limits;
    if (workload.ttl < limits.ttl_min || workload.ttl > limits.ttl_max) f->fail("expected 100ms to 24h");
  }
  return workload;
}

}  // namespace sim
