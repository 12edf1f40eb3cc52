#include "sim/explore/network.hpp"

#include <algorithm>
#include <iterator>

#include "core/base/check.hpp"
#include "core/wire/codec.hpp"

namespace explore {

std::uint32_t Network::intern(raft::NodeId from, const raft::Send& send) {
  const std::string body = wire::encode(send.message);
  std::vector<Hash128> hashes;
  for (const auto& rename : names_) {
    Hasher hasher;
    hasher.add(body);
    hasher.add(rename(from) * 16 + rename(send.to));
    hashes.push_back(hasher.value());
  }
  // The first renaming changes nothing.
  const auto [number, fresh] = letters_.reserve(hashes.front());
  if (fresh) {
    letters_.add({from, send.to, send.message});
    hashes_.insert(hashes_.end(), hashes.begin(), hashes.end());
  }
  return number;
}

std::uint32_t Network::letters(raft::NodeId from, const std::vector<raft::Send>& sends) {
  std::vector<std::uint32_t> list;
  for (const auto& send : sends) list.push_back(intern(from, send));
  std::sort(list.begin(), list.end());
  return lists_.intern(list);
}

std::uint32_t Network::with(std::uint32_t network, std::uint32_t sent) {
  if (sent == 0) return network;
  const Pair key{network + 1, sent};
  if (const auto* known = added_.find(key)) return *known;
  const auto before = lists_[network];
  const auto more = lists_[sent];
  std::vector<std::uint32_t> all;
  std::merge(before.begin(), before.end(), more.begin(), more.end(), std::back_inserter(all));
  if (bounds_.any_duplicates) all.erase(std::unique(all.begin(), all.end()), all.end());
  return added_.insert(key, lists_.intern(all)).first;
}

std::uint32_t Network::without(std::uint32_t network, std::uint32_t letter) {
  const Pair key{network + 1, letter};
  if (const auto* known = removed_.find(key)) return *known;
  const auto before = lists_[network];
  std::vector<std::uint32_t> all(before.begin(), before.end());
  const auto at = std::find(all.begin(), all.end(), letter);
  CHECK(at != all.end());
  all.erase(at);
  return removed_.insert(key, lists_.intern(all)).first;
}

Hash128 Network::hash_of(std::uint32_t network, std::size_t renaming) const {
  Hash128 sum;
  for (const auto number : lists_[network]) sum += hashes_[(number - 1) * names_.size() + renaming];
  return sum;
}

std::size_t Network::bytes() const {
  constexpr std::size_t kBody = 256;  // an Append's entries, roughly
  return lists_.bytes() + added_.bytes() + removed_.bytes() + letters_.bytes() + letters_.size() * kBody +
         hashes_.capacity() * sizeof(Hash128);
}

}  // namespace explore
