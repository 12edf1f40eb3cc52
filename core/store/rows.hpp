// What a row holds beside its key: bytes, and their checksum in a column of its own.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/store/store.hpp"

namespace store {

// Who the server is, and what its store was made with.
struct Meta {
  Identity identity;
  Origin origin;
};
std::string encode(const Meta& meta);
base::Result<Meta> decode_meta(std::string_view bytes);

// Where the log begins and ends is written with every transaction: entries that are missing at either end are
// missed, and what lies before the beginning is known to be left over.
struct State {
  raft::HardState hard_state;
  raft::Index first_index{1};
  raft::Index last_index;  // first_index - 1 where the log is empty
};
std::string encode(const State& state);
base::Result<State> decode_state(std::string_view bytes);

// The one snapshot that counts, among the pieces of several generations.
struct Snapshot {
  std::uint64_t generation = 0;  // 0: there is none, and `meta` says what the cluster began with
  std::uint64_t pieces = 0;
  std::uint64_t bytes = 0;
  raft::SnapshotMeta meta;
};
std::string encode(const Snapshot& snapshot);
base::Result<Snapshot> decode_snapshot(std::string_view bytes);

// A piece's key: its generation, then its number in it.
constexpr std::uint64_t kPiecesMax = std::uint64_t{1} << 24, kGenerationsMax = std::uint64_t{1} << 38;
constexpr std::int64_t piece_key(std::uint64_t generation, std::uint64_t number) {
  return static_cast<std::int64_t>(generation * kPiecesMax + number);
}
// Covers the key as well: a piece says nothing of its own place.
std::int64_t piece_checksum(std::int64_t key, std::string_view piece);

}  // namespace store
