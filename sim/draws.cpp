#include "sim/draws.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace sim {

namespace {

constexpr std::array<const char*, kFaultSites> kNames = {
    "other", "loss", "dup", "reorder",      "corrupt",     "read_error", "write_error", "sync_error",
    "torn",  "lost", "rot", "crash_before", "crash_after", "late_timer", "power_cut"};

}  // namespace

const char* name_of(FaultSite site) {
  return kNames[static_cast<std::size_t>(site)];
}

std::optional<FaultSite> fault_site_named(std::string_view name) {
  const auto at = std::find(kNames.begin(), kNames.end(), name);
  if (at == kNames.end()) return std::nullopt;
  return static_cast<FaultSite>(at - kNames.begin());
}

std::uint64_t Draws::scripted(std::uint64_t drawn, std::uint64_t greatest, std::uint64_t plain) {
  auto& script = *script_;
  const auto number = script.number++;
  auto value = script.plain ? plain : drawn;
  if (script.overrides && script.ahead != script.overrides->end() && script.ahead->first == number) {
    value = std::min(script.ahead->second, greatest);
    ++script.ahead;
  }
  if (script.recording) script.recording->draws.push_back({value, plain});
  return value;
}

std::uint64_t Draws::scripted_next() {
  const auto hash = base::Random(script_->name_hash + script_->number).next();
  return scripted(random_.next(), ~std::uint64_t{0}, hash == 0 ? 1 : hash);
}

bool Draws::scripted_chance(bool drawn, FaultSite site) {
  auto& script = *script_;
  const auto k = ++script.sites[static_cast<std::size_t>(site)];
  const auto wanted = std::pair(site, k);
  const bool flipped = std::find(script.flips.begin(), script.flips.end(), wanted) != script.flips.end();
  if (script.recording) script.recording->sites[static_cast<std::size_t>(site)] = k;
  return scripted(drawn ? 1 : 0, 1, 0) != 0 || flipped;
}

Tape::Tape(Schedule schedule, Recording* recording) : schedule_(std::move(schedule)), recording_(recording) {}

Draws& Tape::stream(const std::string& name) {
  const auto known = streams_.find(name);
  if (known != streams_.end()) return known->second;
  auto& draws = streams_.try_emplace(name, schedule_.seed.value_or(0), name).first->second;
  Draws::Script script;
  script.plain = !schedule_.seed;
  script.name_hash = base::Random(0, name).next();
  const auto written = schedule_.draws.find(name);
  if (written != schedule_.draws.end()) {
    script.overrides = &written->second;
    script.ahead = written->second.begin();
  }
  for (const auto& flip : schedule_.flips) {
    if (flip.stream == name) script.flips.emplace_back(flip.site, flip.k);
  }
  if (recording_) script.recording = &recording_->streams[name];
  if (script.plain || script.overrides || !script.flips.empty() || script.recording)
    draws.script_ = std::make_unique<Draws::Script>(std::move(script));
  return draws;
}

}  // namespace sim
