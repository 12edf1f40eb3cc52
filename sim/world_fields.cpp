#include "sim/world_fields.hpp"

#include "sim/places.hpp"
#include "sim/timeline_fields.hpp"

namespace sim {

namespace {

constexpr std::int64_t kDriftMax = 900'000;

// What a link, or all of them, does to what travels.
template <class Into>
void read_link(const Field& field, Into& into) {
  if (const auto f = field.find("latency")) into.latency_ns = f->durations();
  if (const auto f = field.find("loss")) into.loss = f->rates();
  if (const auto f = field.find("dup")) into.dup = f->rates();
  if (const auto f = field.find("reorder")) into.reorder = f->rates();
  if (const auto f = field.find("corrupt")) into.corrupt = f->rates();
}

OwnClock read_own_clock(const Field& field) {
  OwnClock own;
  field.only({"drift_ppm", "offset"});
  if (const auto f = field.find("drift_ppm")) own.drift_ppm = f->integers(-kDriftMax, kDriftMax);
  if (const auto f = field.find("offset")) own.offset_ns = f->durations();
  return own;
}

// By the machine's name: server:N, client:N, or a zone's.
void read_own_clocks(const Field& field, Scenario& scenario) {
  for (const auto& [name, value] : field.members()) {
    const auto own = read_own_clock(value);
    for (const auto place : read_places(value, name, scenario)) scenario.own_clocks[place] = own;
  }
}

}  // namespace

void read_network(const Field& field, Scenario& scenario) {
  field.only({"latency", "loss", "dup", "reorder", "corrupt", "links"});
  read_link(field, scenario.network);
  const auto links = field.find("links");
  if (!links) return;
  for (const auto& link : links->elements()) {
    link.only({"from", "to", "latency", "loss", "dup", "reorder", "corrupt"});
    Network::Override own;
    if (const auto f = link.need("from")) own.from = read_places(*f, f->text(), scenario);
    if (const auto f = link.need("to")) own.to = read_places(*f, f->text(), scenario);
    read_link(link, own);
    scenario.links.push_back(std::move(own));
  }
}

void read_clock(const Field& field, Scenario& scenario) {
  field.only({"drift_ppm", "client_drift_ppm", "offset", "jumps", "nodes"});
  if (const auto f = field.find("drift_ppm"))
    scenario.client_drift_ppm = scenario.drift_ppm = f->integers(-kDriftMax, kDriftMax);
  if (const auto f = field.find("client_drift_ppm"))
    scenario.client_drift_ppm = f->integers(-kDriftMax, kDriftMax);
  if (const auto f = field.find("offset")) scenario.clock_offset_ns = f->durations();
  if (const auto f = field.find("nodes")) read_own_clocks(*f, scenario);
  if (const auto f = field.find("jumps")) {
    for (auto& jump : read_jumps(*f)) scenario.timeline.push_back(std::move(jump));
  }
}

}  // namespace sim
