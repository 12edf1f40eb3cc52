#include "sim/faults.hpp"

#include <algorithm>
#include <utility>

#include "core/base/check.hpp"
#include "core/base/duration.hpp"
#include "core/base/overload.hpp"
#include "sim/fault_words.hpp"

namespace sim {

using base::Overload;

namespace {

// Of what lasts.
std::uint32_t& count_of(DiskAction::How how, DiskTroubles& troubles) {
  switch (how) {
    case DiskAction::How::slow:
      return troubles.slow;
    case DiskAction::How::full:
      return troubles.full;
    case DiskAction::How::fail_reads:
      return troubles.fail_reads;
    case DiskAction::How::fail_writes:
      return troubles.fail_writes;
    case DiskAction::How::fail_syncs:
      return troubles.fail_syncs;
    case DiskAction::How::torn:
      return troubles.torn;
    case DiskAction::How::lost:
      return troubles.lost;
    case DiskAction::How::rot:
      break;
  }
  CHECK(false);
  return troubles.slow;
}

// What does nothing that has to be undone.
bool is_momentary(const Action& action) {
  return std::holds_alternative<Restart>(action) || std::holds_alternative<ClockJump>(action) ||
         std::holds_alternative<ResetConnections>(action);
}

}  // namespace

Faults::Faults(const std::vector<Step>& timeline, Queue& queue, Links& network, Coverage& coverage,
               Stage& stage, Draws& random)
    : timeline_(timeline),
      queue_(queue),
      network_(network),
      coverage_(coverage),
      stage_(stage),
      random_(random),
      seen_(timeline.size()),
      nth_(timeline.size()),
      struck_(timeline.size()) {}

std::string Faults::name_of(Place place, std::uint32_t machines) {
  return place < machines ? "server " + std::to_string(place + 1)
                          : "client " + std::to_string(place - machines + 1);
}

void Faults::start() {
  for (std::uint64_t step = 0; step < timeline_.size(); ++step) schedule(step);
}

std::vector<std::size_t> Faults::idle() const {
  std::vector<std::size_t> idle;
  for (std::size_t step = 0; step < struck_.size(); ++step) {
    if (!struck_[step]) idle.push_back(step);
  }
  return idle;
}

void Faults::act(std::uint64_t number) {
  if (strike(number)) struck_[number] = true;
}

bool Faults::strike(std::uint64_t number) {
  const auto& step = timeline_[number];
  if (std::holds_alternative<Heal>(step.action)) {
    stage_.tell("FAULT heal");
    (void)note(number, {step.action, {}});
    return heal(), true;
  }
  if (std::holds_alternative<Recovery>(step.action)) {
    (void)note(number, {step.action, {}});
    return stage_.recover();
  }
  Active active{step.action, select(step.select)};
  if (const auto* partition = std::get_if<Partition>(&step.action)) {
    for (const auto& link : partition->links) {
      if (std::ranges::find(active.targets, link.first) == active.targets.end())
        active.targets.push_back(link.first);
    }
  }
  if (const auto* order = std::get_if<Order>(&step.action)) {
    auto its = *order;
    if (step.duration_ns) its.down = Duration(step.duration_ns->sample(random_));
    const bool anybody = step.select.selector == Selector::nobody;
    if (!anybody && active.targets.empty()) return false;
    (void)note(number, active);
    return give(its, active.targets), true;
  }
  if (active.targets.empty() && !std::holds_alternative<Flood>(step.action)) return false;
  active.forever = step.forever;
  const auto in_flight = stage_.operations_in_flight();
  std::string names;
  for (const auto place : active.targets)
    names += (names.empty() ? " " : ", ") + name_of(place, stage_.machines());
  active.told = verb_of(step.action) + names;
  stage_.tell("FAULT " + active.told + (active.forever ? ", for ever" : ""));
  const auto* partition = std::get_if<Partition>(&step.action);
  const bool swizzles = partition && partition->shape == Partition::Shape::swizzle;
  const bool struck = swizzles || carry_out(active);
  if (struck && in_flight > 0) count(coverage_, "ops_in_flight_at_fault", in_flight);
  if (swizzles) return swizzle(number, active, Duration(step.duration_ns->sample(random_))), true;
  active.deed = note(number, active);
  if (is_momentary(step.action)) return struck;
  active_.emplace(++last_fault_, std::move(active));
  if (!step.duration_ns) return struck;
  queue_.push(queue_.now() + Duration(step.duration_ns->sample(random_)),
              {.kind = EventKind::fault_ends, .id = last_fault_});
  return struck;
}

// In the first half of its time all are cut off, in the second half they are healed, in an order of their
// own.
void Faults::swizzle(std::uint64_t step, const Active& whole, Duration time) {
  count(coverage_, "partitions");
  count(coverage_, "partitions_swizzle");
  const auto cut_off = shuffled(whole.targets, random_);
  const auto healed = shuffled(whole.targets, random_);
  const auto half = time / 2;
  const auto n = static_cast<std::int64_t>(cut_off.size());
  for (std::int64_t i = 0; i < n; ++i) {
    const auto place = cut_off[static_cast<std::size_t>(i)];
    const auto turn = std::find(healed.begin(), healed.end(), place) - healed.begin();
    const auto begins = half * i / n;
    Active one{whole.action, {place}};
    one.told = "swizzle " + name_of(place, stage_.machines());
    one.step = step;
    one.lasts = half + half * (turn + 1) / n - begins;
    active_.emplace(++last_fault_, std::move(one));
    queue_.push(queue_.now() + begins, {.kind = EventKind::fault_ends, .id = last_fault_});
  }
}

Ground Faults::ground() const {
  return {stage_.machines(), stage_.clients(), stage_.inhabited()};
}

void Faults::cut(Active& active, const Partition& partition) {
  active.cut = links_cut_by(partition, ground(), active.targets, random_);
  network_.cut(active.cut);
}

std::optional<std::size_t> Faults::note(std::uint64_t step, const Active& active) {
  if (!deeds_) return std::nullopt;
  deeds_->push_back({step, queue_.now(), active.targets, active.cut, std::nullopt});
  return deeds_->size() - 1;
}

void Faults::crash_for(Place server, Duration down) {
  stage_.tell("FAULT crash " + name_of(server, stage_.machines()));
  stage_.crash(server);
  active_.emplace(++last_fault_, Active{Crash{}, {server}});
  queue_.push(queue_.now() + down, {.kind = EventKind::fault_ends, .id = last_fault_});
}

bool Faults::carry_out(Active& active) {
  const auto& targets = active.targets;
  const auto is_up = [&](Place place) { return stage_.is_up(place); };
  return std::visit(Overload{
                        [&](const Partition& partition) {
                          count(coverage_, "partitions");
                          count(coverage_, std::string("partitions_") + sim::name_of(partition.shape));
                          cut(active, partition);
                          return !active.cut.empty();
                        },
                        [&](const Crash& crash) {
                          const bool struck = std::ranges::any_of(targets, is_up);
                          for (const auto place : targets)
                            crash.process ? stage_.kill(place) : stage_.crash(place);
                          for (const auto place : targets) {
                            if (active.forever) stage_.bury(place);
                          }
                          return struck;
                        },
                        [&](const Restart&) {
                          const bool struck = !std::ranges::all_of(targets, is_up);
                          for (const auto place : targets) stage_.restart(place);
                          return struck;
                        },
                        [&](const Pause&) {
                          count(coverage_, "pauses", targets.size());
                          for (const auto place : targets) stage_.pause(place);
                          return true;
                        },
                        [&](const Suspend&) {
                          count(coverage_, "suspends", targets.size());
                          put_to_sleep(active);
                          return true;
                        },
                        [&](const ClockJump& jump) {
                          move_clocks(jump, targets);
                          return true;
                        },
                        [&](const ResetConnections&) {
                          std::size_t broken = 0;
                          for (const auto place : targets) broken += network_.break_all(place);
                          if (broken > 0) count(coverage_, "connections_reset", broken);
                          return broken > 0;
                        },
                        [&](const Flood& flood) {
                          count(coverage_, "overloads");
                          stage_.overload(flood.interval);
                          return true;
                        },
                        [&](const DiskAction& disk) { return lay_on(disk, active.targets); },
                        [&](const Wipe&) {
                          std::erase_if(active.targets, [&](Place place) { return !stage_.wipe(place); });
                          return !active.targets.empty();
                        },
                        [](const Order&) { return true; },
                        [](const Recovery&) { return true; },
                        [](const Heal&) { return true; },
                    },
                    active.action);
}

// Nobody reaches the machine, neither do those whom no partition cuts off.
void Faults::put_to_sleep(Active& active) {
  active.cut = links_cut_by({.shape = Partition::Shape::isolate, .clients = ClientSide::far}, ground(),
                            active.targets, random_);
  for (const auto place : active.targets) {
    for (auto other = stage_.machines() + stage_.clients(); other < stage_.places(); ++other) {
      active.cut.emplace_back(place, other);
      active.cut.emplace_back(other, place);
    }
  }
  network_.cut(active.cut);
  for (const auto place : active.targets) stage_.pause(place);
}

bool Faults::lay_on(const DiskAction& disk, std::vector<Place>& targets) {
  std::erase_if(targets, [&](Place place) { return place >= stage_.machines(); });
  count(coverage_, "disk_faults", targets.size());
  if (disk.how != DiskAction::How::rot) {
    for (const auto place : targets) ++count_of(disk.how, stage_.disk_troubles(place));
    return !targets.empty();
  }
  bool rots = false;
  for (const auto place : std::exchange(targets, {})) rots |= stage_.rot(place);
  return rots;
}

void Faults::move_clocks(const ClockJump& jump, const std::vector<Place>& targets) {
  const auto by = Duration(jump.by_ns.sample(random_));
  stage_.tell(std::string(jump.monotonic ? "a monotonic" : "a wall") + " clock jumps by " +
              (by < Duration(0) ? "-" : "") + base::format_duration(by < Duration(0) ? -by : by));
  count(coverage_, "clock_jumps", targets.size());
  count(coverage_, jump.monotonic ? "monotonic_clock_jumps" : "wall_clock_jumps", targets.size());
  for (const auto place : targets) jump.monotonic ? stage_.jump(place, by) : stage_.jump_wall(place, by);
}

void Faults::give(Order order, const std::vector<Place>& targets) {
  for (const auto place : targets) {
    order.target = place;
    stage_.order(order);
  }
  if (targets.empty()) stage_.order(order);
}

// Of a swizzle it comes twice: when a target is cut off, and when it is healed.
void Faults::on_fault_end(std::uint64_t fault) {
  const auto at = active_.find(fault);
  if (at == active_.end()) return;
  if (const auto lasts = std::exchange(at->second.lasts, std::nullopt)) {
    stage_.tell("FAULT " + at->second.told);
    cut(at->second, std::get<Partition>(at->second.action));
    at->second.deed = note(at->second.step, at->second);
    return queue_.push(queue_.now() + *lasts, {.kind = EventKind::fault_ends, .id = fault});
  }
  const auto node = active_.extract(at);
  end(node.mapped());
}

void Faults::end(const Active& active) {
  if (active.deed && !finished_) (*deeds_)[*active.deed].ended = queue_.now();
  std::visit(Overload{
                 [&](const Partition&) {
                   if (!active.cut.empty()) stage_.tell("end of: " + active.told);
                   network_.mend(active.cut);
                 },
                 [&](const Crash&) {
                   for (const auto place : active.targets) stage_.restart(place);
                 },
                 [](const Restart&) {},
                 [&](const Pause&) {
                   for (const auto place : active.targets) stage_.resume(place);
                 },
                 [&](const Suspend&) {
                   network_.mend(active.cut);
                   for (const auto place : active.targets) stage_.resume(place);
                 },
                 [](const ClockJump&) {},
                 [&](const DiskAction& disk) {
                   stage_.tell("end of: " + active.told);
                   for (const auto place : active.targets) --count_of(disk.how, stage_.disk_troubles(place));
                 },
                 [](const ResetConnections&) {},
                 [&](const Flood&) { stage_.overload_ends(); },
                 [&](const Wipe&) {
                   for (const auto place : active.targets)
                     stage_.order({.kind = Order::Kind::rejoin, .target = place});
                 },
                 [](const Order&) {},
                 [](const Recovery&) {},
                 [](const Heal&) {},
             },
             active.action);
}

void Faults::heal() {
  count(coverage_, "heals");
  for (auto& [number, active] : std::exchange(active_, {})) {
    if (active.forever) {
      active_.emplace(number, std::move(active));
    } else {
      end(active);
    }
  }
}

std::map<std::uint64_t, std::string> Faults::in_force() const {
  std::map<std::uint64_t, std::string> told;
  for (const auto& [number, active] : active_) told.emplace(number, active.told);
  return told;
}

void Faults::finish() {
  finished_ = true;
  heal();
  for (Place place = 0; place < stage_.machines() + stage_.clients(); ++place) stage_.restart(place);
}

}  // namespace sim
