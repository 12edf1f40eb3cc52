// Messages on their way. A message that is never delivered is lost, so loss needs no action of its own;
// nothing is in order.
#pragma once

#include <string>
#include <vector>

#include "sim/explore/pools.hpp"
#include "sim/explore/rename.hpp"
#include "sim/explore/server.hpp"

namespace explore {

struct Letter {
  raft::NodeId from;
  raft::NodeId to;
  raft::Message message;
};

class Network {
 public:
  Network(const Bounds& bounds, const std::vector<Rename>& names) : bounds_(bounds), names_(names) {}

  // The sends of one step, as a list.
  std::uint32_t letters(raft::NodeId from, const std::vector<raft::Send>& sends);
  // What is on its way after `sent` was added: where any duplicates may come, each once.
  std::uint32_t with(std::uint32_t network, std::uint32_t sent);
  std::uint32_t without(std::uint32_t network, std::uint32_t letter);

  std::span<const std::uint32_t> operator[](std::uint32_t network) const { return lists_[network]; }
  const Letter& letter(std::uint32_t number) const { return letters_[number]; }
  Hash128 hash_of(std::uint32_t network, std::size_t renaming) const;
  std::size_t bytes() const;
  std::size_t kinds() const { return letters_.size(); }

 private:
  std::uint32_t intern(raft::NodeId from, const raft::Send& send);

  const Bounds& bounds_;
  const std::vector<Rename>& names_;
  Pool<Letter> letters_;
  std::vector<Hash128> hashes_;  // of each letter under each renaming
  Lists lists_;
  FlatMap<Pair, std::uint32_t> added_;
  FlatMap<Pair, std::uint32_t> removed_;
};

}  // namespace explore
