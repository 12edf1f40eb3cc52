#include "sim/faults.hpp"

#include <algorithm>
#include <utility>

#include "core/base/duration.hpp"
#include "core/base/overload.hpp"

namespace sim {

using base::Overload;

namespace {

// Who an event was about, in an event of the queue.
std::uint32_t packed(std::optional<Place> node, std::optional<Place> client) {
  return (node ? *node + 1 : 0) << 16 | (client ? *client + 1 : 0);
}

const char* verb_of(const Action& action) {
  return std::visit(
      Overload{[](const Partition& p) {
                 return p.shape == Partition::Shape::split     ? "split off"
                        : p.shape == Partition::Shape::isolate ? "isolate"
                                                               : "silence";
               },
               [](const Crash&) { return "crash"; }, [](const Restart&) { return "restart"; },
               [](const Pause&) { return "pause"; }, [](const ClockJump&) { return "move the clock of"; },
               [](const Wipe&) { return "wipe the disk of"; }, [](const Order&) { return "order"; },
               [](const Heal&) { return "heal"; }},
      action);
}

}  // namespace

Faults::Faults(const std::vector<Step>& timeline, Queue& queue, Network& network, Coverage& coverage,
               Stage& stage, base::Random random)
    : timeline_(timeline),
      queue_(queue),
      network_(network),
      coverage_(coverage),
      stage_(stage),
      random_(random),
      seen_(timeline.size()) {}

std::string Faults::name_of(Place place, std::uint32_t machines) {
  return place < machines ? "server " + std::to_string(place + 1)
                          : "client " + std::to_string(place - machines + 1);
}

void Faults::start() {
  for (std::uint64_t step = 0; step < timeline_.size(); ++step) schedule(step);
}

void Faults::schedule(std::uint64_t step) {
  const auto push = [&](Time at) { queue_.push(at, {.kind = EventKind::timeline, .id = step}); };
  std::visit(Overload{
                 [&](const At& at) { push(at.time); },
                 [&](const Every& every) { push(queue_.now() + every.period); },
                 // Anywhere up to twice the mean.
                 [&](const AtRandom& random) {
                   push(queue_.now() + Duration(random_.between(0, 2 * random.mean.count())));
                 },
                 [](const When&) {},
             },
             timeline_[step].trigger);
}

bool Faults::matches(const When& when, const Happening& happening) const {
  if (when.event != happening.event) return false;
  return std::all_of(when.where.begin(), when.where.end(), [&](const auto& condition) {
    const auto& [key, value] = condition;
    if (key == "lock") return value == happening.lock;
    if (key == "state") return value == happening.state;
    if (key == "reason") return value == happening.reason;
    const auto place = key == "client" ? happening.client : happening.node;
    const auto base = key == "client" ? stage_.machines() : 0;
    return place && std::to_string(*place - base + 1) == value;
  });
}

void Faults::happened(const Happening& happening) {
  if (finished_) return;
  for (std::uint64_t step = 0; step < timeline_.size(); ++step) {
    const auto* when = std::get_if<When>(&timeline_[step].trigger);
    if (!when || !matches(*when, happening) || ++seen_[step] != when->nth) continue;
    // In a turn of its own: a server must not be crashed in the middle of its step.
    queue_.push(
        queue_.now(),
        {.kind = EventKind::timeline, .detail = packed(happening.node, happening.client), .id = step});
  }
}

void Faults::on_timeline(std::uint64_t packed_step) {
  if (finished_) return;
  const auto step = packed_step & 0xFFFFFFFFu;
  const auto who = static_cast<std::uint32_t>(packed_step >> 32);
  event_node_ = who >> 16 ? std::optional<Place>((who >> 16) - 1) : std::nullopt;
  event_client_ = who & 0xFFFF ? std::optional<Place>((who & 0xFFFF) - 1) : std::nullopt;
  act(timeline_[step]);
  const auto& trigger = timeline_[step].trigger;
  if (std::holds_alternative<Every>(trigger) || std::holds_alternative<AtRandom>(trigger)) schedule(step);
}

std::vector<Place> Faults::random_of(std::vector<Place> all, std::size_t count) {
  std::vector<Place> chosen;
  for (; count > 0 && !all.empty(); --count) {
    const auto at = all.begin() + static_cast<std::ptrdiff_t>(random_.below(all.size()));
    chosen.push_back(*at);
    all.erase(at);
  }
  return chosen;
}

std::vector<Place> Faults::select(const Selection& selection) {
  const auto one = [](std::optional<Place> place) {
    return place ? std::vector<Place>{*place} : std::vector<Place>{};
  };
  const auto all = stage_.inhabited();
  const auto voters = stage_.voters();
  switch (selection.selector) {
    case Selector::leader:
      return one(stage_.leader());
    case Selector::old_leader:
      return one(stage_.old_leader());
    case Selector::followers: {
      auto followers = random_of(all, all.size());
      std::erase_if(followers, [&](Place place) { return stage_.leader() == place; });
      return followers;
    }
    case Selector::minority:
      return voters.empty() ? voters : random_of(voters, (voters.size() - 1) / 2);
    case Selector::majority:
      return random_of(voters, voters.size() / 2 + 1);
    case Selector::one:
      return random_of(all, 1);
    case Selector::all:
      return random_of(all, all.size());
    case Selector::learner:
      return random_of(stage_.learners(), 1);
    case Selector::holder:
      return one(stage_.holder(selection.lock));
    case Selector::event_node:
      return one(event_node_);
    case Selector::event_client:
      return one(event_client_);
    case Selector::client:
      return {stage_.machines() + (selection.number ? *selection.number - 1
                                                    : static_cast<Place>(random_.below(stage_.clients())))};
    case Selector::server:
      if (!selection.number) return random_of(all, 1);
      return {*selection.number - 1};
    case Selector::nobody:
      return {};
  }
  return {};
}

Network::Cut Faults::links_cut_by(const Partition& partition, const std::vector<Place>& targets) {
  const auto places = stage_.machines() + stage_.clients();
  const auto chosen = [&](Place place) {
    return std::find(targets.begin(), targets.end(), place) != targets.end();
  };
  // The side of each place: 0 everybody else, 1 and up the chosen; kNobody reaches all.
  std::vector<Place> side(places, 0);
  for (Place place = 0; place < places; ++place) {
    const bool split = partition.shape == Partition::Shape::split;
    if (chosen(place)) side[place] = split ? 1 : place + 1;
    if (place < stage_.machines() || chosen(place) || targets.empty()) continue;
    const auto near = split ? 1 : targets[random_.below(targets.size())] + 1;
    if (partition.clients == ClientSide::near) side[place] = near;
    if (partition.clients == ClientSide::both) side[place] = kNobody;
    if (partition.clients == ClientSide::random && random_.below(2) == 0) side[place] = near;
  }
  Network::Cut cut;
  for (Place from = 0; from < places; ++from) {
    for (Place to = 0; to < places; ++to) {
      if (side[from] == side[to] || side[from] == kNobody || side[to] == kNobody) continue;
      if (partition.shape != Partition::Shape::oneway || chosen(from)) cut.emplace_back(from, to);
    }
  }
  return cut;
}

void Faults::act(const Step& step) {
  if (std::holds_alternative<Heal>(step.action)) {
    stage_.tell("FAULT heal");
    return heal();
  }
  Active active{step.action, select(step.select)};
  if (const auto* order = std::get_if<Order>(&step.action)) {
    const bool anybody = step.select.selector == Selector::nobody;
    if (anybody || !active.targets.empty()) give(*order, active.targets);
    return;
  }
  if (active.targets.empty()) return;
  if (stage_.operations_in_flight() > 0)
    count(coverage_, "ops_in_flight_at_fault", stage_.operations_in_flight());
  std::string names;
  for (const auto place : active.targets)
    names += (names.empty() ? " " : ", ") + name_of(place, stage_.machines());
  active.told = verb_of(step.action) + names;
  if (const auto* jump = std::get_if<ClockJump>(&step.action))
    active.told += std::string(" by ") + (jump->by < Duration(0) ? "-" : "") +
                   base::format_duration(jump->by < Duration(0) ? -jump->by : jump->by);
  stage_.tell("FAULT " + active.told);
  carry_out(active);
  if (std::holds_alternative<Restart>(step.action) || std::holds_alternative<ClockJump>(step.action)) return;
  active_.emplace(++last_fault_, std::move(active));
  if (!step.duration_ns) return;
  queue_.push(queue_.now() + Duration(step.duration_ns->sample(random_)),
              {.kind = EventKind::fault_ends, .id = last_fault_});
}

void Faults::carry_out(Active& active) {
  std::visit(
      Overload{
          [&](const Partition& partition) {
            count(coverage_, "partitions");
            active.cut = links_cut_by(partition, active.targets);
            network_.cut(active.cut);
          },
          [&](const Crash&) {
            for (const auto place : active.targets) stage_.crash(place);
          },
          [&](const Restart&) {
            for (const auto place : active.targets) stage_.restart(place);
          },
          [&](const Pause&) {
            count(coverage_, "pauses", active.targets.size());
            for (const auto place : active.targets) stage_.pause(place);
          },
          [&](const ClockJump& jump) {
            count(coverage_, "clock_jumps", active.targets.size());
            // Nothing in a server or a client ever looks at a wall clock.
            for (const auto place : active.targets) {
              if (jump.monotonic) stage_.jump(place, jump.by);
            }
          },
          [&](const Wipe&) { std::erase_if(active.targets, [&](Place p) { return !stage_.wipe(p); }); },
          [](const Order&) {},
          [](const Heal&) {},
      },
      active.action);
}

void Faults::give(Order order, const std::vector<Place>& targets) {
  for (const auto place : targets) {
    order.target = place;
    stage_.order(order);
  }
  if (targets.empty()) stage_.order(order);
}

void Faults::on_fault_end(std::uint64_t fault) {
  const auto node = active_.extract(fault);
  if (node) end(node.mapped());
}

void Faults::end(const Active& active) {
  std::visit(Overload{
                 [&](const Partition&) {
                   stage_.tell("end of: " + active.told);
                   network_.mend(active.cut);
                 },
                 [&](const Crash&) {
                   for (const auto place : active.targets) stage_.restart(place);
                 },
                 [](const Restart&) {},
                 [&](const Pause&) {
                   for (const auto place : active.targets) stage_.resume(place);
                 },
                 [](const ClockJump&) {},
                 [&](const Wipe&) {
                   for (const auto place : active.targets)
                     stage_.order({.kind = Order::Kind::rejoin, .target = place});
                 },
                 [](const Order&) {},
                 [](const Heal&) {},
             },
             active.action);
}

void Faults::heal() {
  count(coverage_, "heals");
  for (const auto& [number, active] : std::exchange(active_, {})) end(active);
}

void Faults::finish() {
  finished_ = true;
  heal();
  for (Place place = 0; place < stage_.machines() + stage_.clients(); ++place) stage_.restart(place);
}

}  // namespace sim
