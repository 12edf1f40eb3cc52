#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <string>
#include <unistd.h>

#include "cli/raftsim/verbs.hpp"
#include "core/base/duration.hpp"
#include "sim/explore/search.hpp"
#include "sim/explore/story.hpp"
#include "sim/report.hpp"

namespace raftsim {

namespace {

using Clock = std::chrono::steady_clock;

std::string seconds(Clock::duration duration) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f s", std::chrono::duration<double>(duration).count());
  return text;
}

std::string per_second(std::uint64_t count, Clock::duration duration) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
  return sim::short_number(count * 1000 / static_cast<std::uint64_t>(std::max<std::int64_t>(ms, 1)));
}

void print_figures(const explore::Report& report, Clock::duration took) {
  std::printf("%s states, %s steps between them, %u steps deep, in %s (%s states/s, %zu MiB)\n",
              sim::short_number(report.states).c_str(), sim::short_number(report.transitions).c_str(),
              report.depth, seconds(took).c_str(), per_second(report.states, took).c_str(),
              report.bytes >> 20);
  std::printf("the core ran %s times: %s distinct servers, %s distinct messages\n",
              sim::short_number(report.distinct_steps).c_str(),
              sim::short_number(report.distinct_servers).c_str(),
              sim::short_number(report.distinct_letters).c_str());
}

int inconclusive(const explore::Report& report, const char* why) {
  std::printf("inconclusive: %s; no violation within %u steps; %s states were not expanded\n", why,
              report.depth, sim::short_number(report.waiting).c_str());
  return kInconclusive;
}

int verdict(explore::World& world, const explore::Report& report) {
  switch (report.end) {
    case explore::End::searched:
      std::printf("the whole space within these bounds was searched: no violation\n");
      return kPass;
    case explore::End::violation:
      for (const auto& line : explore::tell(world, report.path)) std::printf("%s\n", line.c_str());
      std::printf("violation after %zu steps: %s\n", report.path.size(), report.violation->check.c_str());
      return kViolation;
    case explore::End::memory:
      return inconclusive(report, "the memory is used up (--memory)");
    case explore::End::depth:
      return inconclusive(report, "the depth is reached (--depth)");
    case explore::End::stopped:
      return inconclusive(report, "the time is used up (--budget)");
  }
  return kInternal;
}

// Nothing: it is neither a number nor `any`.
bool set_duplicates(explore::Bounds& bounds, const std::string& text) {
  bounds.any_duplicates = text == "any";
  if (bounds.any_duplicates) return true;
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, bounds.duplicates);
  return error == std::errc() && at == end && bounds.duplicates < 256;
}

}  // namespace

int explore(const ExploreAsked& asked) {
  explore::Bounds bounds = asked.bounds;
  if (!set_duplicates(bounds, asked.duplicates))
    return complain("--duplicates " + asked.duplicates + ": expected a number below 256, or any"), kUsage;
  const auto budget = base::parse_duration(asked.budget);
  if (!budget.ok()) return complain("--budget: " + budget.error()), kUsage;
  bounds.instant_disk = asked.disk == "instant";
  if (bounds.voters > bounds.servers) return complain("--voters: there are fewer --servers"), kUsage;
  if (!asked.from.empty()) {
    if ((bounds.servers != 3 && bounds.servers != 5) || bounds.voters % bounds.servers != 0)
      return complain("--from figure-8: of three servers or five, all voters"), kUsage;
    bounds.start = explore::figure_8(bounds.servers);
    unsigned newest = 0;
    for (const auto& server : bounds.start) newest = std::max(newest, server.term);
    if (bounds.terms < newest)
      return complain("--terms " + std::to_string(bounds.terms) + ": the servers of --from " + asked.from +
                      " are in term " + std::to_string(newest) + ": expected at least that"),
             kUsage;
  }
  bounds.memory_bytes = asked.memory_mib << 20;
  explore::World world(bounds);
  const auto start = Clock::now();
  auto shown = start;
  const bool terminal = isatty(STDERR_FILENO);
  const auto go_on = [&](const explore::Report& so_far) {
    const auto now = Clock::now();
    if (terminal && now - shown > std::chrono::milliseconds(200)) {
      shown = now;
      std::fprintf(stderr, "\r\033[K%u steps deep, %s states, %zu MiB", so_far.depth,
                   sim::short_number(so_far.states).c_str(), so_far.bytes >> 20);
    }
    return now - start < budget.value();
  };
  const explore::Report report = explore::search(world, go_on);
  if (terminal) std::fprintf(stderr, "\r\033[K");
  const auto took = Clock::now() - start;
  const int code = verdict(world, report);
  print_figures(report, took);
  return code;
}

}  // namespace raftsim
