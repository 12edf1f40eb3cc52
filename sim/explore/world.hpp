// The space that is searched: states, the steps out of them, and what each step breaks.
#pragma once

#include <array>
#include <compare>
#include <optional>
#include <vector>

#include "sim/explore/network.hpp"
#include "sim/explore/truth.hpp"

namespace explore {

enum class Kind : std::uint8_t {
  deliver,
  election_timer,
  round,
  cut_off,
  finish_write,
  crash,
  propose,
  read,
  change,
  compact,
  transfer
};

// One step. Fits a word, since every state keeps the step that led to it.
struct Action {
  Action() : Action(Kind::deliver, 0, 0) {}
  Action(Kind which, std::uint32_t whom, std::uint32_t with_what, bool keep = false)
      : kind(which), server(whom & 7), copy(keep), what(with_what & 0xFFFFFF) {}

  Kind kind : 4;
  std::uint32_t server : 3;  // from 0; of a letter its receiver
  std::uint32_t copy : 1;    // the letter stays on its way
  std::uint32_t
      what : 24;  // the letter; how many writes a crash keeps; the number of a proposal; as in server.hpp
};

// Servers, letters and history by their numbers in the pools, and what the bounds still allow.
struct State {
  std::array<std::uint32_t, kServersMax> servers{};
  std::uint32_t network = 0;
  std::uint32_t truth = 0;
  std::uint8_t crashes = 0;
  std::uint8_t duplicates = 0;
  std::uint8_t entries = 0;
  std::uint8_t reads = 0;
  std::uint8_t cut_offs = 0;
  std::uint8_t changes = 0;
  std::uint8_t snapshots = 0;
  std::uint8_t transfers = 0;
  std::uint8_t elections = 0;  // only where they are bounded
  bool operator==(const State&) const = default;
};

// A server's step depends on it and on the input alone: it is taken once and remembered, with its verdict.
struct Step {
  std::uint32_t after = 0;
  std::uint32_t sends = 0;
  // Log, commit or role are others: the cluster has to be judged.
  bool notable = false;
  Effects reads;  // of it only `served` and `reads_failed`
  std::optional<Violation> violation;
};

class World {
 public:
  explicit World(const Bounds& bounds);
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  State initial();
  // The steps that may change anything; a letter that its receiver ignores waits, which is the same.
  void actions(const State& state, std::vector<Action>& out);
  // The violation where the step breaks something; `state` is then as far as it came.
  std::optional<Violation> apply(State& state, Action action);
  // The smallest hash under the renamings that sort the servers by what they are.
  Hash128 canonical(const State& state);

  // That input and the flush after it, on any value of a server. Throws base::CheckFailed.
  Effects carry_out(Server& server, Action action) const;

  const Bounds& bounds() const { return bounds_; }
  const Server& server(const State& state, std::size_t i) const { return servers_[state.servers[i]].server; }
  const Letter& letter(std::uint32_t number) const { return network_.letter(number); }
  const Truth& truth(const State& state) const { return truths_[state.truth].truth; }
  std::size_t bytes() const;
  std::size_t distinct_servers() const { return servers_.size(); }
  std::size_t distinct_letters() const { return network_.kinds(); }
  std::size_t steps_taken() const { return steps_.size(); }

 private:
  struct Known {
    Server server;
    std::uint64_t rank;  // the same under every renaming
  };
  struct KnownTruth {
    Truth truth;
    std::vector<Hash128> hashes;
  };

  std::uint32_t intern(Server server);
  std::uint32_t intern(Truth truth);
  const Step& step(std::uint32_t server, Action action);
  Step take(std::uint32_t server, Action action);
  std::optional<Violation> judge(State& state, std::uint32_t before, std::size_t who, const Step& step,
                                 bool asks);
  bool matters(const State& state, Action action);
  void leader_actions(const State& state, std::uint32_t i, std::vector<Action>& out);
  void server_actions(const State& state, std::uint32_t i, std::vector<Action>& out);
  bool sorted(const State& state, const Rename& rename) const;
  Hash128 server_hash(std::uint32_t server, std::size_t renaming);

  Bounds bounds_;
  std::vector<Rename> names_;
  Network network_;
  Pool<Known> servers_;
  Pool<KnownTruth> truths_;
  std::deque<Step> steps_;
  FlatMap<Pair, std::uint32_t> known_steps_;
  std::vector<Hash128> server_hashes_;  // of each under each renaming, once it was wanted
};

}  // namespace explore
