// When the timeline acts, and on whom.
#include <algorithm>
#include <utility>

#include "core/base/overload.hpp"
#include "sim/faults.hpp"

namespace sim {

using base::Overload;

namespace {

// Who an event was about, in an event of the queue.
std::uint32_t packed(const Happening& happening) {
  const auto number = [](std::optional<Place> place) { return place ? *place + 1 : 0; };
  return number(happening.peer) << 24 | number(happening.node) << 16 | number(happening.client);
}

std::optional<Place> unpacked(std::uint32_t who, int shift, std::uint32_t mask) {
  const auto number = who >> shift & mask;
  return number != 0 ? std::optional<Place>(number - 1) : std::nullopt;
}

bool is_due(const When& when, std::uint64_t nth, std::uint64_t seen) {
  return seen == nth || (seen > nth && when.every > 0 && (seen - nth) % when.every == 0);
}

}  // namespace

void Faults::schedule(std::uint64_t step) {
  const auto push = [&](Time at) { queue_.push(at, {.kind = EventKind::timeline, .id = step}); };
  std::visit(Overload{
                 [&](const At& at) { push(Time(at.time_ns.sample(random_))); },
                 [&](const Every& every) { push(queue_.now() + Duration(every.period_ns.sample(random_))); },
                 // Anywhere up to twice the mean; never at once, or a plain tape would not get on.
                 [&](const AtRandom& random) {
                   const auto wait = Distribution::uniform(1, 2 * random.mean.count());
                   push(queue_.now() + Duration(wait.sample(random_)));
                 },
                 [&](const When& when) { nth_[step] = static_cast<std::uint64_t>(when.nth.sample(random_)); },
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
    if (!when || !matches(*when, happening) || !is_due(*when, nth_[step], ++seen_[step])) continue;
    // In a turn of its own: a server must not be crashed in the middle of its step.
    queue_.push(queue_.now(), {.kind = EventKind::timeline, .detail = packed(happening), .id = step});
  }
}

void Faults::on_timeline(std::uint64_t packed_step) {
  if (finished_) return;
  const auto step = packed_step & 0xFFFFFFFFu;
  const auto who = static_cast<std::uint32_t>(packed_step >> 32);
  event_peer_ = unpacked(who, 24, 0xFF);
  event_node_ = unpacked(who, 16, 0xFF);
  event_client_ = unpacked(who, 0, 0xFFFF);
  act(step);
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
    case Selector::any: {
      auto places = all;
      for (Place client = 0; client < stage_.clients(); ++client)
        places.push_back(stage_.machines() + client);
      return random_of(places, 1);
    }
    case Selector::places: {
      auto places = selection.places;
      std::erase_if(places, [&](Place place) {
        return place < stage_.machines() && std::find(all.begin(), all.end(), place) == all.end();
      });
      return places;
    }
    case Selector::learner:
      return random_of(stage_.learners(), 1);
    case Selector::holder:
      return one(stage_.holder(selection.lock));
    case Selector::event_node:
      return one(event_node_);
    case Selector::event_peer:
      return one(event_peer_);
    case Selector::event_client:
      return one(event_client_);
    case Selector::client:
      return {stage_.machines() + (selection.number ? *selection.number - 1
                                                    : static_cast<Place>(random_.below(stage_.clients())))};
    case Selector::server:
      if (!selection.number) return random_of(all, 1);
      return std::ranges::find(all, *selection.number - 1) == all.end()
                 ? std::vector<Place>{}
                 : std::vector<Place>{*selection.number - 1};
    case Selector::nobody:
      return {};
  }
  return {};
}

}  // namespace sim
