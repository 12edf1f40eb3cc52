#include "sim/explore/world.hpp"

#include <algorithm>
#include <bit>

#include "core/base/check.hpp"
#include "core/raft/quorum.hpp"
#include "sim/explore/anatomy.hpp"

namespace explore {

namespace {

Hash128 hash_of(const Server& server, const Rename& rename, const Bounds& bounds) {
  std::string form;
  write_canonical(form, server, rename, bounds.any_duplicates);
  Hasher hasher;
  hasher.add(form);
  return hasher.value();
}

// Whatever does not depend on names; the more it tells apart, the fewer renamings are tried.
std::uint64_t rank_of(const Server& server) {
  const raft::Raft& raft = server.raft;
  const auto vote = raft.vote();
  Hasher hasher;
  hasher.add(raft.term().value);
  hasher.add(raft.role().index() * 4 + (vote ? vote == raft.self() ? 2u : 1u : 0u));
  hasher.add(raft.commit().value * 256 + raft.log().durable_index().value);
  hasher.add(raft.log().snapshot().at.index.value);
  for (auto index = raft.log().first_index(); index <= raft.log().last_index(); index = index.next())
    hasher.add(raft.log().at(index).at.term.value);
  hasher.add(server.pending.size() * 256 + server.disk.entries.size());
  return hasher.value().low;
}

bool notable(const Server& before, const Server& after) {
  if (after.raft.commit() != before.raft.commit()) return true;
  if (after.raft.is_leader() && (!before.raft.is_leader() || before.raft.term() != after.raft.term()))
    return true;
  const auto& was = before.raft.log();
  const auto& is = after.raft.log();
  if (is.last() != was.last() || is.first_index() != was.first_index()) return true;
  for (auto index = is.first_index(); index < is.last_index(); index = index.next()) {
    if (!(is.at(index) == was.at(index))) return true;
  }
  return false;
}

// What every log begins with counts as committed.
Truth truth_before(const Bounds& bounds) {
  Truth truth{{}, {}, std::vector<std::vector<std::uint8_t>>(bounds.servers)};
  const auto& start = bounds.start;
  for (std::size_t i = 0; i < start.size(); ++i) {
    if (start[i].vote != i + 1) continue;
    if (truth.leaders.size() < start[i].term) truth.leaders.resize(start[i].term);
    truth.leaders[start[i].term - 1] = static_cast<std::uint8_t>(i + 1);
  }
  for (std::size_t k = 0; !start.empty() && k < start.front().terms.size(); ++k) {
    const auto term = start.front().terms[k];
    const bool everywhere = std::all_of(start.begin(), start.end(), [&](const Start& one) {
      return k < one.terms.size() && one.terms[k] == term;
    });
    if (!everywhere) break;
    truth.committed.push_back({term, term});
  }
  return truth;
}

std::vector<Rename> names_for(const Bounds& bounds) {
  auto all = renames(bounds.servers);
  if (!names_are_free(bounds)) all.resize(1, all.front());
  return all;
}

}  // namespace

World::World(const Bounds& bounds) : bounds_(bounds), names_(names_for(bounds)), network_(bounds_, names_) {
  CHECK(bounds.servers >= 1 && bounds.servers <= kServersMax && bounds.terms <= kTermsMax);
  CHECK(bounds.voters <= bounds.servers);
  CHECK(bounds.start.empty() || (bounds.start.size() == bounds.servers && names_.front().is_identity()));
}

State World::initial() {
  State state;
  for (unsigned i = 0; i < bounds_.servers; ++i)
    state.servers[i] = intern(fresh_server(bounds_, raft::NodeId(i + 1)));
  state.truth = intern(truth_before(bounds_));
  return state;
}

std::uint32_t World::intern(Server server) {
  const auto [number, fresh] = servers_.reserve(hash_of(server, names_.front(), bounds_));
  if (!fresh) return number;
  const auto rank = rank_of(server);
  servers_.add({std::move(server), rank});
  server_hashes_.resize(servers_.size() * names_.size());
  return number;
}

std::uint32_t World::intern(Truth truth) {
  std::vector<Hash128> hashes;
  for (const auto& rename : names_) hashes.push_back(explore::hash_of(truth, rename));
  const auto [number, fresh] = truths_.reserve(hashes.front());
  if (fresh) truths_.add({std::move(truth), std::move(hashes)});
  return number;
}

Effects World::carry_out(Server& server, Action action) const {
  switch (action.kind) {
    case Kind::deliver: {
      const Letter& letter = network_.letter(action.what);
      return deliver(server, bounds_, letter.from, letter.message);
    }
    case Kind::election_timer:
      return fire_election_timer(server, bounds_);
    case Kind::round:
      return start_round(server, bounds_);
    case Kind::cut_off:
      return explore::cut_off(server, bounds_);
    case Kind::finish_write:
      return finish_write(server, bounds_);
    case Kind::crash:
      return crash(server, bounds_, action.what), Effects{};
    case Kind::propose:
      return explore::propose(server, bounds_, action.what);
    case Kind::read:
      return ask_read(server, bounds_);
    case Kind::change:
      return explore::change(server, bounds_, action.what);
    case Kind::compact:
      return explore::compact(server, bounds_, action.what);
    case Kind::transfer:
      return explore::transfer(server, bounds_, raft::NodeId(action.what));
  }
  CHECK(false);
  return {};
}

Step World::take(std::uint32_t number, Action action) {
  const Server& before = servers_[number].server;
  Server after = before;
  Step step;
  try {
    Effects effects = carry_out(after, action);
    step.violation = judge_step(before, after, action.kind == Kind::crash, effects.sends);
    step.notable = notable(before, after);
    step.sends = network_.letters(before.raft.self(), effects.sends);
    effects.sends.clear();
    step.reads = std::move(effects);
    if (action.kind == Kind::crash) step.reads.reads_failed = !before.reads.empty();
    step.after = intern(std::move(after));
  } catch (const base::CheckFailed& failed) {
    step.after = number;
    step.violation =
        Violation{"core_check", "server " + std::to_string(before.raft.self().value) + ": " + failed.what()};
  }
  return step;
}

const Step& World::step(std::uint32_t server, Action action) {
  const auto input = static_cast<std::uint32_t>(action.kind) << 24 | action.what;
  const auto next = static_cast<std::uint32_t>(steps_.size());
  const auto [known, fresh] = known_steps_.insert({server, input}, next);
  if (fresh) steps_.push_back(take(server, action));
  return steps_[known];
}

std::optional<Violation> World::judge(State& state, std::uint32_t before, std::size_t who, const Step& step,
                                      bool asks) {
  const bool answers = !step.reads.served.empty() || step.reads.reads_failed;
  if (!step.notable && !answers && !asks) return std::nullopt;
  Truth truth = truths_[state.truth].truth;
  if (asks) truth.floors[who].push_back(static_cast<std::uint8_t>(truth.committed.size()));
  if (answers) {
    if (auto broken = judge_reads(truth, who, step.reads)) return broken;
  }
  std::optional<Violation> broken;
  if (step.notable) {
    std::vector<const Server*> servers;
    for (unsigned i = 0; i < bounds_.servers; ++i) servers.push_back(&server(state, i));
    broken = judge_cluster(truth, servers, who, servers_[before].server.raft.configuration());
  }
  if (truth != truths_[state.truth].truth) state.truth = intern(std::move(truth));
  return broken;
}

std::optional<Violation> World::apply(State& state, Action action) {
  const auto before = state.servers[action.server];
  const Step& taken = step(before, action);
  state.servers[action.server] = taken.after;
  if (action.kind == Kind::deliver && !bounds_.any_duplicates && !action.copy)
    state.network = network_.without(state.network, action.what);
  state.network = network_.with(state.network, taken.sends);
  state.crashes += action.kind == Kind::crash;
  state.duplicates += action.kind == Kind::deliver && action.copy;
  state.entries += action.kind == Kind::propose;
  state.reads += action.kind == Kind::read;
  state.cut_offs += action.kind == Kind::cut_off;
  state.changes += action.kind == Kind::change;
  state.snapshots += action.kind == Kind::compact;
  state.transfers += action.kind == Kind::transfer;
  state.elections += bounds_.elections != 0 && action.kind == Kind::election_timer;
  if (taken.violation) return taken.violation;
  return judge(state, before, action.server, taken, action.kind == Kind::read);
}

bool World::matters(const State& state, Action action) {
  const auto before = state.servers[action.server];
  const Step& taken = step(before, action);
  return taken.after != before || taken.sends != 0 || taken.violation || !taken.reads.served.empty();
}

void World::leader_actions(const State& state, std::uint32_t i, std::vector<Action>& out) {
  const Server& one = server(state, i);
  const auto& leader = std::get<raft::Leader>(one.raft.role());
  // Its clock moves by being cut off; where it stays leader all the same, it would find its peers silent.
  const bool alone =
      raft::is_quorum(one.raft.configuration(), [&](raft::NodeId id) { return id == one.raft.self(); });
  if (leader.round.value < bounds_.rounds) out.emplace_back(Kind::round, i, 0);
  if (state.cut_offs < bounds_.cut_offs && !alone) out.emplace_back(Kind::cut_off, i, 0);
  if (state.entries < bounds_.entries && one.raft.takes_proposals())
    out.emplace_back(Kind::propose, i, state.entries + 1u);
  if (state.reads < bounds_.reads) out.emplace_back(Kind::read, i, 0);
  const auto try_one = [&](Kind kind, std::uint32_t what) {
    const Action action(kind, i, what);
    if (matters(state, action)) out.push_back(action);
  };
  for (std::uint32_t id = 1; id <= bounds_.servers; ++id) {
    if (state.changes < bounds_.changes) try_one(Kind::change, id);
    if (state.transfers < bounds_.transfers && id != i + 1) try_one(Kind::transfer, id);
  }
  if (state.changes < bounds_.changes &&
      server(state, i).raft.configuration().last_id.value < bounds_.servers)
    try_one(Kind::change, kAddOne);
}

void World::server_actions(const State& state, std::uint32_t i, std::vector<Action>& out) {
  const auto add = [&](Kind kind, std::size_t what = 0) {
    out.emplace_back(kind, i, static_cast<std::uint32_t>(what));
  };
  if (server(state, i).raft.is_leader()) leader_actions(state, i, out);
  const Server& one = server(state, i);
  if (!one.raft.is_leader() && one.raft.configuration().is_voter(one.raft.self()) &&
      one.raft.term().value < bounds_.terms &&
      (bounds_.elections == 0 || state.elections < bounds_.elections))
    add(Kind::election_timer);
  if (!one.pending.empty()) add(Kind::finish_write);
  if (state.crashes < bounds_.crashes) {
    for (std::size_t kept = 0; kept <= one.pending.size(); ++kept) add(Kind::crash, kept);
  }
  if (state.snapshots < bounds_.snapshots && can_compact(one)) {
    add(Kind::compact, 0);
    if (one.raft.log().first_index() <= one.raft.commit()) add(Kind::compact, 1);
  }
}

void World::actions(const State& state, std::vector<Action>& out) {
  out.clear();
  for (std::uint32_t i = 0; i < bounds_.servers; ++i) server_actions(state, i, out);
  std::uint32_t last = 0;
  const auto on_their_way = network_[state.network];
  // Taking a step may move the lists.
  const std::vector<std::uint32_t> letters(on_their_way.begin(), on_their_way.end());
  for (const auto number : letters) {
    if (number == last) continue;
    last = number;
    CHECK(number < 1u << 24);
    const auto to = static_cast<std::uint32_t>(network_.letter(number).to.value - 1);
    const Action action(Kind::deliver, to, number);
    if (!matters(state, action)) continue;
    out.push_back(action);
    if (!bounds_.any_duplicates && state.duplicates < bounds_.duplicates)
      out.emplace_back(Kind::deliver, to, number, true);
  }
}

bool World::sorted(const State& state, const Rename& rename) const {
  const auto rank = [&](unsigned name) { return servers_[state.servers[rename.whose(name).value - 1]].rank; };
  for (unsigned name = 1; name < bounds_.servers; ++name) {
    if (rank(name) > rank(name + 1)) return false;
  }
  return true;
}

Hash128 World::server_hash(std::uint32_t server, std::size_t renaming) {
  Hash128& known = server_hashes_[(server - 1) * names_.size() + renaming];
  if (!known) known = hash_of(servers_[server].server, names_[renaming], bounds_);
  return known;
}

Hash128 World::canonical(const State& state) {
  std::optional<Hash128> least;
  for (std::size_t k = 0; k < names_.size(); ++k) {
    if (names_.size() > 1 && !sorted(state, names_[k])) continue;
    Hash128 sum = network_.hash_of(state.network, k);
    for (unsigned i = 0; i < bounds_.servers; ++i) sum += server_hash(state.servers[i], k);
    sum += truths_[state.truth].hashes[k];
    Hasher hasher;
    hasher.add(sum);
    hasher.add(state.crashes + (state.duplicates << 8) + (state.entries << 16) +
               (std::uint64_t{state.reads} << 24) + (std::uint64_t{state.cut_offs} << 32) +
               (std::uint64_t{state.elections} << 40));
    hasher.add(state.changes + (state.snapshots << 8) + (state.transfers << 16));
    if (!least || hasher.value() < *least) least = hasher.value();
  }
  CHECK(least);
  return *least;
}

std::size_t World::bytes() const {
  // A Raft with its log and its peers' queues lies in many small pieces; measured, rounded up.
  constexpr std::size_t kServer = 6144;
  return network_.bytes() + servers_.bytes() + servers_.size() * kServer + truths_.bytes() +
         truths_.size() * names_.size() * sizeof(Hash128) + steps_.size() * sizeof(Step) +
         known_steps_.bytes() + server_hashes_.capacity() * sizeof(Hash128);
}

}  // namespace explore
