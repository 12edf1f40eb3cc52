#include "sim/fault_words.hpp"

#include "core/base/overload.hpp"

namespace sim {

using base::Overload;

namespace {

const char* verb_of(DiskAction::How how) {
  switch (how) {
    case DiskAction::How::slow:
      return "slow down the disk of";
    case DiskAction::How::full:
      return "fill the disk of";
    case DiskAction::How::fail_reads:
      return "fail the reads of";
    case DiskAction::How::fail_writes:
      return "fail the writes of";
    case DiskAction::How::fail_syncs:
      return "fail the syncs of";
    case DiskAction::How::rot:
      return "let rot something on the disk of";
    case DiskAction::How::torn:
      return "tear what a crash catches on the disk of";
    case DiskAction::How::lost:
      return "lose what a crash catches on the disk of";
  }
  return "?";
}

const char* verb_of(const Partition& partition) {
  switch (partition.shape) {
    case Partition::Shape::split:
      return "split off";
    case Partition::Shape::isolate:
      return "isolate";
    case Partition::Shape::oneway:
      return "silence";
    case Partition::Shape::bridge:
      return "two halves meet only at";
    case Partition::Shape::ring:
      return "a ring of majorities of";
    case Partition::Shape::chain:
      return "a chain of";
    case Partition::Shape::swizzle:
      return "swizzle";
    case Partition::Shape::links:
      return "cut links of";
  }
  return "?";
}

}  // namespace

const char* verb_of(const Action& action) {
  return std::visit(
      Overload{[](const Partition& p) { return verb_of(p); }, [](const Crash&) { return "crash"; },
               [](const Restart&) { return "restart"; }, [](const Pause&) { return "pause"; },
               [](const Suspend&) { return "suspend"; }, [](const ClockJump&) { return "move the clock of"; },
               [](const ResetConnections&) { return "break the connections of"; },
               [](const Flood&) { return "overload"; }, [](const Wipe&) { return "wipe the disk of"; },
               [](const DiskAction& d) { return verb_of(d.how); }, [](const Order&) { return "order"; },
               [](const Recovery&) { return "recover"; }, [](const Heal&) { return "heal"; }},
      action);
}

}  // namespace sim
