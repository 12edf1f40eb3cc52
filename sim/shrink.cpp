#include "sim/shrink.hpp"

#include <algorithm>
#include <utility>

#include "core/base/check.hpp"
#include "core/base/duration.hpp"

namespace sim {

namespace {

class Shrinker {
 public:
  Shrinker(Story story, const ShrinkOptions& options) : options_(options), best_(std::move(story)) {}

  // False: it does not fail.
  bool begin() {
    const auto traced = trace();
    if (!traced.tried.violation) return false;
    shrunk_.violation = *traced.tried.violation;
    signature_ = signature(shrunk_.violation);
    tried_ = traced.tried;
    shrunk_.before = size(traced);
    shrunk_.before.steps = traced.deeds.size();
    return true;
  }

  void work() {
    make_concrete();
    rounds(60);
    write_draws();
    rounds(95);
    while (!spent() && drop_idle_clients()) {
    }
    prune();
  }

  Shrunk result() {
    const auto traced = trace();
    shrunk_.after = size(traced);
    shrunk_.finished = !spent();
    shrunk_.text = text_of(best_);
    return shrunk_;
  }
  Story& best() { return best_; }

 private:
  bool spent() const { return options_.percent_spent() >= limit_; }

  Scenario scenario() const {
    auto scenario = scenario_of(best_);
    CHECK(scenario.ok());
    return std::move(scenario).value();
  }
  Traced trace() const { return trace_one(scenario()); }

  Size size(const Traced& traced) const {
    Size size;
    const auto now = scenario();
    size.steps = now.timeline.size();
    size.servers = now.machines();
    size.clients = busy_clients(best_, now).size();
    if (best_.schedule.seed) {
      size.draws = traced.draws;
    } else {
      for (const auto& [name, draws] : best_.schedule.draws) size.draws += draws.size();
    }
    size.operations = traced.tried.operations;
    size.events = traced.tried.events;
    size.simulated = traced.tried.simulated;
    return size;
  }

  // The first of them that still fails becomes the best one; its number.
  std::optional<std::size_t> take_first(const std::vector<Story>& stories) {
    for (std::size_t from = 0; from < stories.size() && !spent(); from += options_.jobs) {
      const auto to = std::min(stories.size(), from + options_.jobs);
      std::vector<Scenario> scenarios;
      std::vector<std::size_t> numbers;
      for (auto i = from; i < to; ++i) {
        auto scenario = scenario_of(stories[i]);
        if (!scenario.ok()) continue;
        // Whatever takes longer is not what is looked for.
        scenario->events_limit = std::min(scenario->events_limit, tried_.events + tried_.events / 4 + 1'000);
        scenarios.push_back(std::move(scenario).value());
        numbers.push_back(i);
      }
      const auto tried = try_each(scenarios, options_.jobs);
      shrunk_.runs += tried.size();
      for (std::size_t i = 0; i < tried.size(); ++i) {
        if (!tried[i].violation || signature(*tried[i].violation) != signature_) continue;
        best_ = stories[numbers[i]];
        tried_ = tried[i];
        shrunk_.violation = *tried[i].violation;
        changed_ = true;
        tell();
        return numbers[i];
      }
    }
    return std::nullopt;
  }

  void tell() const {
    options_.progress(
        std::to_string(shrunk_.runs) + " runs; " + std::to_string(best_.doc["timeline"].size()) + " steps, " +
        std::to_string(tried_.events) + " events, " + base::format_duration(tried_.simulated) + " simulated");
  }

  // Leaves out ever smaller pieces of `count` things while what is left fails; `least`: the smallest piece.
  void reduce(std::size_t count, std::size_t least, const std::function<Story(const Marks& gone)>& without) {
    Marks gone(count);
    std::vector<std::size_t> left(count);
    for (std::size_t i = 0; i < count; ++i) left[i] = i;
    for (auto piece = left.size(); piece >= least && piece > 0 && !spent(); piece = (piece + 1) / 2) {
      for (std::size_t from = 0; from < left.size() && !spent();) {
        std::vector<Marks> marks;
        std::vector<Story> stories;
        for (auto at = from; at < left.size() && stories.size() < options_.jobs; at += piece) {
          marks.push_back(gone);
          for (auto i = at; i < std::min(at + piece, left.size()); ++i) marks.back()[left[i]] = true;
          stories.push_back(without(marks.back()));
        }
        const auto taken = take_first(stories);
        if (!taken) {
          from += stories.size() * piece;
          continue;
        }
        gone = marks[*taken];
        std::erase_if(left, [&](std::size_t i) { return gone[i]; });
        from += *taken * piece;
      }
      if (piece == 1) break;
    }
  }

  // What chance and events did, by itself; where that does not fail, step by step as far as it does.
  void make_concrete() {
    const auto now = scenario();
    const auto traced = trace();
    if (take_first({concrete(best_, now, traced.deeds, true), concrete(best_, now, traced.deeds, false)}))
      return;
    // What does not bear it is left as it is.
    const auto all = best_;
    for (auto step = all.doc["timeline"].size(); step-- > 0 && !spent();) {
      const auto scenario_now = scenario();
      const auto deeds = trace().deeds;
      std::vector<Deed> its;
      std::copy_if(deeds.begin(), deeds.end(), std::back_inserter(its),
                   [&](const Deed& deed) { return deed.step == step; });
      auto only = concrete(best_, scenario_now, its, true);
      auto rest = without_steps(best_, {step});
      for (const auto& made : only.doc["timeline"]) {
        if (made.value("do", "") != "heal") rest.doc["timeline"].push_back(made);
      }
      (void)take_first({healed_at(rest, scenario_now, scenario_now.timeline_ends())});
    }
  }

  // Everything once more as long as anything helps.
  void rounds(unsigned limit) {
    limit_ = limit;
    do {
      changed_ = false;
      shorten();
      drop_steps();
      drop_servers();
      drop_clients();
      simplify_world();
      if (!best_.schedule.seed) make_plain();
      simplify_steps();
    } while (changed_ && !spent());
    limit_ = 100;
  }

  void shorten() {
    constexpr std::int64_t kUnit = 10'000'000;
    const auto ends = scenario().timeline_ends();
    if (tried_.simulated < ends)
      (void)take_first({healed_at(best_, scenario(), Time((tried_.simulated.count() / kUnit + 1) * kUnit))});
    bool shorter = true;
    while (shorter && !spent()) {
      const auto now = scenario();
      std::vector<Story> stories;
      for (const auto eighths : {1, 2, 4, 6, 7}) {
        const auto at = Time(now.timeline_ends().count() / 8 * eighths / kUnit * kUnit);
        if (at > Time(0) && at < now.timeline_ends()) stories.push_back(healed_at(best_, now, at));
      }
      shorter = take_first(stories).has_value();
    }
  }

  void drop_steps() {
    const auto from = best_;
    const auto steps = steps_that_may_go(from);
    reduce(steps.size(), 1, [&](const Marks& gone) {
      std::vector<std::size_t> out;
      for (std::size_t i = 0; i < gone.size(); ++i) {
        if (gone[i]) out.push_back(steps[i]);
      }
      return without_steps(from, out);
    });
  }

  void drop_servers() {
    const auto now = scenario();
    std::vector<Story> stories;
    for (std::uint32_t servers = 1; servers < now.servers; ++servers)
      stories.push_back(with_servers(best_, servers));
    (void)take_first(under_other_seeds(stories));
  }

  void drop_clients() {
    const auto from = best_;
    const auto clients = busy_clients(from, scenario());
    reduce(clients.size(), 1, [&](const Marks& gone) {
      std::vector<std::uint32_t> idle;
      for (std::size_t i = 0; i < gone.size(); ++i) {
        if (gone[i]) idle.push_back(clients[i]);
      }
      return with_idle(from, idle);
    });
  }

  void simplify_world() {
    while (!spent() && take_first(under_other_seeds(simpler_worlds(best_)))) {
    }
  }

  // As long as a seed is the source of draws, another may fail where this one doesn't.
  std::vector<Story> under_other_seeds(const std::vector<Story>& stories) const {
    constexpr std::uint64_t kOthers = 12;
    auto more = stories;
    for (const auto& story : stories) {
      for (std::uint64_t seed = 1; seed <= kOthers && story.schedule.seed; ++seed) {
        more.push_back(story);
        more.back().schedule.seed = seed;
      }
    }
    return more;
  }

  void simplify_steps() {
    for (std::size_t step = 0; step < best_.doc["timeline"].size(); ++step) {
      while (!spent() && take_first(simpler_steps(best_, step))) {
      }
      const auto from = best_;
      const auto links = best_.doc["timeline"][step].value("links", nlohmann::ordered_json::array());
      reduce(links.size(), 1, [&](const Marks& gone) { return without_links(from, step, gone); });
    }
  }

  // From a seed to what it drew.
  void write_draws() {
    if (!best_.schedule.seed) return;
    auto story = best_;
    story.schedule = trace().written;
    (void)take_first({story});
  }

  // Whole streams first, then pieces of them; the longest last.
  void make_plain() {
    const auto from = best_;
    std::vector<std::string> names;
    for (const auto& [name, draws] : from.schedule.draws) names.push_back(name);
    reduce(names.size(), 1, [&](const Marks& gone) {
      auto story = from;
      for (std::size_t i = 0; i < gone.size(); ++i) {
        if (gone[i]) story.schedule.draws.erase(names[i]);
      }
      return story;
    });
    for (const std::size_t pieces : {8u, 64u, 100'000u}) {
      std::vector<std::pair<std::size_t, std::string>> streams;
      for (const auto& [name, draws] : best_.schedule.draws) streams.emplace_back(draws.size(), name);
      std::ranges::sort(streams);
      for (const auto& [count, name] : streams)
        make_plain(name, count, std::max<std::size_t>(1, count / pieces));
    }
  }

  void make_plain(const std::string& name, std::size_t count, std::size_t least) {
    const auto from = best_;
    reduce(count, least, [&](const Marks& gone) {
      auto story = from;
      auto& draws = story.schedule.draws[name];
      draws.clear();
      const auto& all = from.schedule.draws.at(name);
      for (std::size_t i = 0; i < all.size(); ++i) {
        if (!gone[i]) draws.push_back(all[i]);
      }
      return story;
    });
  }

  bool drop_idle_clients() {
    const auto now = scenario();
    const auto busy = busy_clients(best_, now);
    std::vector<Story> stories;
    for (auto client = now.clients; client > 0 && now.clients > 1; --client) {
      if (std::ranges::find(busy, client) == busy.end()) stories.push_back(without_client(best_, client));
    }
    return take_first(stories).has_value();
  }

  // What the schedule says of draws that never come, or come so anyway, goes.
  void prune() {
    if (best_.schedule.seed) return;
    auto story = best_;
    story.schedule = trace().written;
    const auto tried = try_each({scenario_of(story).value()}, 1).front();
    if (tried.violation && signature(*tried.violation) == signature_) best_ = story;
  }

  const ShrinkOptions& options_;
  Story best_;
  Tried tried_;  // the run of best_
  std::string signature_;
  Shrunk shrunk_;
  unsigned limit_ = 100;  // per cent of the time that the present passes may use up
  bool changed_ = false;
};

}  // namespace

base::Result<Shrunk> shrink(const std::string& text, std::uint64_t seed, const std::string& name,
                            const ShrinkOptions& options) {
  const auto scenario = parse_scenario(text, "scenario");
  if (!scenario.ok()) return scenario.failure();
  auto story = story_of(text, seed);
  const auto from = scenario->name + (scenario->schedule ? "" : ", seed " + std::to_string(seed));
  story.doc["name"] = name;
  story.doc["about"] = "";
  Shrinker shrinker(std::move(story), options);
  if (!shrinker.begin()) return base::Error{"the run does not fail: there is nothing to shrink"};
  shrinker.work();
  auto shrunk = shrinker.result();
  shrinker.best().doc["about"] =
      "Shrunk from " + from + ", which failed by " + shrunk.violation.check + ": " + shrunk.violation.what;
  shrunk.text = text_of(shrinker.best());
  return shrunk;
}

}  // namespace sim
