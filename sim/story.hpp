// A scenario as text that can be changed, and the changes that make it smaller. Each answers a story that may
// be no scenario any more, or no failure: that is for a run to say.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "sim/trials.hpp"

namespace sim {

struct Story {
  nlohmann::ordered_json doc;  // without seeds, schedule, require and expect
  Schedule schedule;
};

// `text` is that of a sound scenario; without a schedule of its own the seed is its.
Story story_of(const std::string& text, std::uint64_t seed);
// As its file would say it.
std::string text_of(const Story& story);
base::Result<Scenario> scenario_of(const Story& story);

using Marks = std::vector<bool>;

// Instead of what the timeline leaves to chance: what its faults did, at their times, to whom by name.
// `late`: a moment later, for those that answered an event.
Story concrete(const Story& story, const Scenario& scenario, const std::vector<Deed>& deeds, bool late);
// The last `heal` with a time, from which on everything must come to its end, stays.
std::vector<std::size_t> steps_that_may_go(const Story& story);
Story without_steps(const Story& story, const std::vector<std::size_t>& steps);
// Everything heals at `at`; what would begin later goes.
Story healed_at(const Story& story, const Scenario& scenario, Time at);
// Other ways to say one step, simpler ones first: shorter, rounder, of a common shape.
std::vector<Story> simpler_steps(const Story& story, std::size_t step);
// One step without the links that are marked.
Story without_links(const Story& story, std::size_t step, const Marks& gone);
// Clients by number, from 1.
Story with_idle(const Story& story, const std::vector<std::uint32_t>& clients);
std::vector<std::uint32_t> busy_clients(const Story& story, const Scenario& scenario);
// The others move up, together with their draws.
Story without_client(const Story& story, std::uint32_t client);
Story with_servers(const Story& story, std::uint32_t servers);
// Without one thing each that is no fault of the timeline's: a rate, a tuning, a check.
std::vector<Story> simpler_worlds(const Story& story);

}  // namespace sim
