// Any interleaving of lost links, refusals, duplicates, delays and time-outs against the real state machine.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/core/client/property_world.hpp"

namespace client {
namespace {

RC_GTEST_PROP(ClientProperty, EveryCallEndsOnceAndSaysTheTruth, (std::uint64_t seed)) {
  World world(seed, 0, 0);
  world.run(400);
  world.check_every_call_finished_once();
  world.check_writes_happened_as_told();
  world.check_changes_happened_as_told();
  world.check_holds_are_known();
}

RC_GTEST_PROP(ClientProperty, BelievesInNothingLongerThanTheServersDo, (std::uint64_t seed)) {
  const auto fast = *rc::gen::element<std::int64_t>(-499, 0, 499);
  const auto slow = *rc::gen::element<std::int64_t>(-499, 0, 499);
  World world(seed, fast, slow);
  world.run(600);
  world.check_every_call_finished_once();
}

RC_GTEST_PROP(ClientProperty, TheSameInputsGiveTheSameSteps, (std::uint64_t seed)) {
  World one(seed, 0, 0);
  World other(seed, 0, 0);
  one.run(200);
  other.run(200);
  RC_ASSERT(one.trace() == other.trace());
}

}  // namespace
}  // namespace client
