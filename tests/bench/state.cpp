// A server that has very much to keep: how long its longest step is while the state is written, sent, taken
// in, and forgotten. Another request waits for it that long.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <utility>

#include "core/base/check.hpp"
#include "core/node/node.hpp"
#include "core/wire/codec.hpp"
#include "tests/bench/core_bench.hpp"

namespace bench {
namespace {

constexpr std::uint64_t kBatch = 1'000;

std::string name_of(std::uint64_t i) {
  return "service/" + std::to_string(i % 100) + "/lock-" + std::to_string(i);
}

// Names held for a thousand sessions, each entry by one of them.
lock::Machine machine_with(std::uint64_t locks) {
  lock::Machine machine;
  lock::SessionId session;
  for (std::uint64_t i = 0; i < locks; i += kBatch) {
    const auto opened =
        machine.apply(base::LogTime{i + 1}, {lock::OpenSession{lock::Millis(86'400'000), "host/pid"}});
    session = std::get<lock::SessionOpened>(opened.answers.at(0).reply).session;
    std::vector<lock::Command> commands;
    for (std::uint64_t k = 0; k < kBatch && i + k < locks; ++k) {
      commands.push_back(lock::Sequenced{session, lock::Sequence(k + 1), lock::Sequence(k),
                                         lock::Acquire{{{name_of(i + k)}}, false, std::nullopt, "build 42"}});
    }
    machine.apply(base::LogTime{i + 2}, commands);
  }
  CHECK(machine.locks().size() == locks);
  return machine;
}

struct Longest {
  std::int64_t ns = 0;
  std::uint64_t steps = 0;
  void took(std::int64_t step_ns) {
    ns = std::max(ns, step_ns);
    ++steps;
  }
};

void say(const char* what, const Longest& longest) {
  std::printf("  %-46s %9.3f ms longest of %llu\n", what, static_cast<double>(longest.ns) / 1e6,
              static_cast<unsigned long long>(longest.steps));
}

// A server that leads alone, or follows server 1.
class Server {
 public:
  Server(std::uint64_t id, lock::Machine machine, std::size_t piece_bytes)
      : node_(config(id, piece_bytes), {found(machine), std::move(machine)}, {}) {}

  template <class... Inputs>
  node::Effects step(Longest& longest, Inputs&&... more) {
    std::vector<node::Input> inputs{std::forward<Inputs>(more)...};
    if (durable_) inputs.push_back(node::Durable{*std::exchange(durable_, std::nullopt)});
    const auto begin = thread_ns();
    auto effects = node_.step(now_, inputs);
    longest.took(thread_ns() - begin);
    if (effects.write) durable_ = effects.write->id;
    return effects;
  }
  void lead() {
    Longest ignored;
    now_ = node_.raft().deadline();
    step(ignored, node::TimerFired{});
    settle(ignored);
    CHECK(node_.raft().is_leader());
  }
  void settle(Longest& longest) {
    do {
      step(longest);
    } while (durable_);
  }
  const node::Node& node() const { return node_; }
  base::Instant now() const { return now_; }

 private:
  static node::Config config(std::uint64_t id, std::size_t piece_bytes) {
    node::Config config;
    config.raft.self = base::NodeId(id);
    config.cluster = base::ClusterId(7);
    config.snapshots.piece_bytes = piece_bytes;
    config.snapshots.entries = config.snapshots.bytes = ~0ull;
    return config;
  }
  static raft::Recovered found(const lock::Machine& machine) {
    raft::Recovered found;
    found.snapshot.stamp = machine.stamp();
    found.snapshot.configuration = raft::bootstrap(1, {"host1:7420"});
    return found;
  }

  node::Node node_;
  base::Instant now_;
  std::optional<raft::WriteId> durable_;
};

// Its own snapshot, while a request comes in with every step.
void take_snapshot(const lock::Machine& machine, std::size_t piece_bytes) {
  Server server(1, machine, piece_bytes);
  server.lead();
  Longest longest, first, last;
  const auto renew = lock::Command(lock::KeepAlive{lock::SessionId(1)});
  std::uint64_t ticket = 2;
  server.step(first, node::Submitted{node::Ticket(1), lock::Admin(lock::TakeSnapshot{})});
  while (server.node().counters().snapshots_saved == 0)
    server.step(longest, node::Submitted{node::Ticket(ticket++), renew});
  server.settle(last);
  const auto label = "snapshot taken, pieces of " + std::to_string(piece_bytes >> 10) + " KiB";
  say((label + ": the first step").c_str(), first);
  say(label.c_str(), longest);
}

// Fed by a leader that isn't there: pieces of the same image.
void install_snapshot(const lock::Machine& machine, std::size_t piece_bytes) {
  Server server(2, lock::Machine(), piece_bytes);
  const lock::Image image(machine);
  const raft::SnapshotMeta meta{{raft::Index(1'000'000), raft::Term(3)}, machine.stamp(), raft::bootstrap(2)};
  Longest longest, last;
  std::string cursor;
  for (std::uint64_t number = 0;; ++number) {
    auto piece = image.piece(cursor, piece_bytes);
    const bool ends = piece.next.empty();
    cursor = piece.next;
    server.step(ends ? last : longest,
                node::Received{base::NodeId(1), raft::InstallSnapshot{raft::Term(3), meta, number, ends,
                                                                      base::Bytes(std::move(piece.bytes))}});
    if (ends) break;
  }
  CHECK(server.node().machine().locks().size() == machine.locks().size());
  const auto label = "snapshot installed, pieces of " + std::to_string(piece_bytes >> 10) + " KiB";
  say(label.c_str(), longest);
  say("  its last step, over an empty state", last);
  // Once more, over a state as large that is let go.
  Longest again;
  cursor.clear();
  auto later = meta;
  later.at.index = raft::Index(2'000'000);
  for (std::uint64_t number = 0;; ++number) {
    auto piece = image.piece(cursor, piece_bytes);
    const bool ends = piece.next.empty();
    cursor = piece.next;
    server.step(ends ? again : longest,
                node::Received{base::NodeId(1), raft::InstallSnapshot{raft::Term(3), later, number, ends,
                                                                      base::Bytes(std::move(piece.bytes))}});
    if (ends) break;
  }
  say("  its last step, over a state as large", again);
  Longest after;
  server.settle(after);
  say("  the steps behind it", after);
}

// What is let go when nobody refers to a frozen state any more whose original has changed everywhere.
void dispose(std::uint64_t locks) {
  Longest all, gradual;
  for (const bool at_once : {true, false}) {
    auto image = std::make_unique<lock::Image>(machine_with(locks));
    for (bool gone = at_once; !gone;) {
      const auto begin = thread_ns();
      gone = image->shed(4'096);
      gradual.took(thread_ns() - begin);
    }
    const auto begin = thread_ns();
    image.reset();
    (at_once ? all : gradual).took(thread_ns() - begin);
  }
  say("a frozen state let go at once", all);
  say("a frozen state let go by 4,096 elements", gradual);
}

// A hundred thousand entries of a log, forgotten behind a snapshot of a small state.
void compact() {
  Server server(1, lock::Machine(), 128u << 10);
  server.lead();
  Longest ignored, longest;
  for (std::uint64_t i = 1; i <= 200'000; ++i) {
    server.step(ignored,
                node::Submitted{node::Ticket(i), lock::Command(lock::KeepAlive{lock::SessionId(1)})});
  }
  server.settle(ignored);
  const auto first = server.node().raft().log().first_index();
  server.step(longest, node::Submitted{node::Ticket(1'000'000), lock::Admin(lock::TakeSnapshot{})});
  for (int i = 0; i < 100; ++i) server.step(longest, node::TimerFired{});
  CHECK(server.node().raft().log().first_index() > first);
  say("log of 200,000 entries forgotten", longest);
}

}  // namespace

void large_state(std::uint64_t locks) {
  std::printf("a server with %llu locks: CPU time of its longest step\n",
              static_cast<unsigned long long>(locks));
  {
    const auto machine = machine_with(locks);
    for (const std::size_t piece_bytes : {64u << 10, 128u << 10}) {
      take_snapshot(machine, piece_bytes);
      install_snapshot(machine, piece_bytes);
    }
  }
  dispose(locks);
  compact();
}

}  // namespace bench
