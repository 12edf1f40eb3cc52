// Chance in a simulated world: every draw has a place on a tape, where it can be read off, written down and
// chosen. As Hypothesis reduces test cases (MacIver, Donaldson, ECOOP 2020): not what was drawn is made
// simpler by rules of its own, but the draws are.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/random.hpp"

namespace sim {

// What a chance may do to the world: a fault that a sweep can order at its k-th occasion.
enum class FaultSite : std::uint8_t {
  other,  // none: a choice of a program's
  loss,
  dup,
  reorder,
  corrupt,
  read_error,
  write_error,
  sync_error,
  torn,
  lost,
  rot,
  crash_before,  // a sync is done, but nobody has heard of it
  crash_after,   // its server has heard of it
  late_timer,
  power_cut,  // in a call of the store
};
constexpr std::size_t kFaultSites = 15;
const char* name_of(FaultSite site);
std::optional<FaultSite> fault_site_named(std::string_view name);

// The k-th chance (from 1) of that site in that stream comes true.
struct Flip {
  std::string stream;
  FaultSite site = FaultSite::other;
  std::uint64_t k = 1;
  bool operator==(const Flip&) const = default;
};

// Values for draws, each behind the draw's number in its stream (from 0, ascending). A value counts from the
// least one possible; one that is too great is the greatest.
using Overrides = std::vector<std::pair<std::uint64_t, std::uint64_t>>;

// Where the draws of a run come from: a seed, or none, so that each has its plain value; but for those that
// are written down.
struct Schedule {
  std::optional<std::uint64_t> seed;
  std::map<std::string, Overrides> draws;  // by stream
  std::vector<Flip> flips;
  bool operator==(const Schedule&) const = default;
};

// What was drawn in a run, by stream.
struct Recording {
  struct Draw {
    std::uint64_t value = 0;
    std::uint64_t plain = 0;
  };
  struct Stream {
    std::vector<Draw> draws;
    std::uint64_t sites[kFaultSites] = {};  // how often each could have struck
  };
  std::map<std::string, Stream> streams;
};

// A stream of draws for one concern: drawing from it never shifts another. What is not seeded is plain.
class Draws {
 public:
  Draws(std::uint64_t seed, std::string_view stream) : random_(seed, stream) {}
  Draws(const Draws&) = delete;
  Draws& operator=(const Draws&) = delete;

  // Any number; plain: a hash of the stream's name and the draw's number, never 0.
  std::uint64_t next() { return script_ ? scripted_next() : random_.next(); }
  // Uniform in [0, bound), bound > 0; plain: 0.
  std::uint64_t below(std::uint64_t bound) {
    const auto drawn = random_.below(bound);
    return script_ ? scripted(drawn, bound - 1, 0) : drawn;
  }
  // Uniform in [low, high], both included, low <= high; plain: low.
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return sampled(low, high, low, random_.between(low, high));
  }
  // True with a probability of ppm parts per million; plain: false.
  bool chance(std::uint32_t ppm, FaultSite site = FaultSite::other) {
    const bool drawn = ppm != 0 && random_.chance(ppm);
    return script_ ? scripted_chance(drawn, site) : drawn;
  }

  // For Distribution, which has a shape of its own: draws from random() and has it counted as one draw.
  base::Random& random() { return random_; }
  std::int64_t sampled(std::int64_t low, std::int64_t high, std::int64_t plain, std::int64_t drawn) {
    if (!script_) return drawn;
    const auto from_low = [&](std::int64_t v) {
      return static_cast<std::uint64_t>(v) - static_cast<std::uint64_t>(low);
    };
    const auto value = scripted(from_low(drawn), from_low(high), from_low(plain));
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + value);
  }

 private:
  friend class Tape;
  struct Script {
    bool plain = false;
    std::uint64_t name_hash = 0;
    const Overrides* overrides = nullptr;
    Overrides::const_iterator ahead;  // the first override that is still to come
    std::vector<std::pair<FaultSite, std::uint64_t>> flips;
    std::uint64_t number = 0;  // of the next draw
    std::uint64_t sites[kFaultSites] = {};
    Recording::Stream* recording = nullptr;
  };
  std::uint64_t scripted(std::uint64_t drawn, std::uint64_t greatest, std::uint64_t plain);
  std::uint64_t scripted_next();
  bool scripted_chance(bool drawn, FaultSite site);

  base::Random random_;
  std::unique_ptr<Script> script_;  // where more is asked than the seed's own draws
};

// The streams of one run. They live as long as the tape.
class Tape {
 public:
  explicit Tape(std::uint64_t seed) : Tape(Schedule{seed, {}, {}}) {}
  // `recording`, if any, is written while the run goes on, and outlives the tape.
  explicit Tape(Schedule schedule, Recording* recording = nullptr);
  Tape(const Tape&) = delete;
  Tape& operator=(const Tape&) = delete;

  // The same one for the same name.
  Draws& stream(const std::string& name);

 private:
  Schedule schedule_;
  Recording* recording_;
  std::map<std::string, Draws> streams_;
};

}  // namespace sim
