// Whoever could be served must not stand in line.
#include "sim/check/lines.hpp"

#include <gtest/gtest.h>

#include "core/lock/rebuild.hpp"

namespace check {
namespace {

using lock::Machine;
using lock::Millis;
using lock::Mode;

struct Line {
  lock::SessionId open() {
    const auto out = machine.apply(stamp, {lock::OpenSession{Millis(60'000), {}}});
    return std::get<lock::SessionOpened>(out.answers.front().reply).session;
  }
  lock::Reply ask(lock::SessionId session, lock::Operation operation) {
    sequence = sequence.next();
    const auto out = machine.apply(stamp, {lock::Sequenced{session, sequence, {}, std::move(operation)}});
    return out.answers.empty() ? lock::Reply() : out.answers.front().reply;
  }
  lock::Acquire acquire(Mode mode) {
    lock::Acquire request;
    request.locks = {{"name", mode}};
    request.wait = true;
    return request;
  }

  Machine machine;
  base::LogTime stamp{1000};
  lock::Sequence sequence;
};

TEST(Lines, MoveWhenTheyMay) {
  Line line;
  const auto writer = line.open(), reader = line.open();
  line.ask(writer, line.acquire(lock::Exclusive{}));
  EXPECT_EQ(waits_in_vain(line.machine), std::nullopt);
  line.ask(reader, line.acquire(lock::Shared{}));
  EXPECT_EQ(waits_in_vain(line.machine), std::nullopt);
  EXPECT_EQ(line.machine.waiters(), 1u);
}

// The same state, but for how the name is held.
Machine held_as(const Machine& machine, const Mode& mode) {
  lock::Rebuild rebuild{lock::Limits()};
  lock::Rebuild::Head head;
  head.stamp = machine.stamp();
  head.counters = machine.counters();
  head.settings = machine.settings().settings;
  head.sessions = machine.sessions().size();
  head.holds = machine.holds().size();
  head.audits = 0;
  EXPECT_TRUE(rebuild.begin(head).ok());
  for (const auto& [id, session] : machine.sessions()) {
    auto without_entries = session;
    without_entries.entries = {};
    const auto added = rebuild.add(id, std::move(without_entries));
    EXPECT_TRUE(added.ok()) << added.error();
  }
  for (const auto& [token, hold] : machine.holds()) {
    auto changed = hold;
    changed.locks.front().mode = mode;
    const auto added = rebuild.add(token, changed);
    EXPECT_TRUE(added.ok()) << added.error();
  }
  auto made = rebuild.finish();
  EXPECT_TRUE(made.ok()) << made.error();
  return std::move(made).value();
}

TEST(Lines, FindAReaderWhoWaitsBehindReaders) {
  Line line;
  const auto writer = line.open(), reader = line.open();
  line.ask(writer, line.acquire(lock::Exclusive{}));
  line.ask(reader, line.acquire(lock::Shared{}));
  EXPECT_EQ(waits_in_vain(held_as(line.machine, lock::Exclusive{})), std::nullopt);
  EXPECT_EQ(waits_in_vain(held_as(line.machine, lock::Shared{})),
            "session 2 stands first in line for 'name', and nobody is in its way");
}

TEST(Lines, FindAPermitThatNobodyGetsThoughOneIsLeft) {
  Line line;
  const auto writer = line.open(), other = line.open();
  line.ask(writer, line.acquire(lock::Exclusive{}));
  line.ask(other, line.acquire(lock::Counted{2}));
  EXPECT_TRUE(waits_in_vain(held_as(line.machine, lock::Counted{2})).has_value());
}

}  // namespace
}  // namespace check
