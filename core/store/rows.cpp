#include "core/store/rows.hpp"

#include "core/base/bytes.hpp"
#include "core/wire/codec.hpp"

namespace store {

std::string encode(const Meta& meta) {
  std::string bytes;
  base::Encoder out(bytes);
  out.varint(meta.identity.cluster.value);
  out.varint(meta.identity.node.value);
  out.text(meta.identity.address);
  out.varint(meta.origin.cluster.value);
  out.text(wire::encode(raft::SnapshotMeta{{}, {}, meta.origin.configuration}));
  return bytes;
}

base::Result<Meta> decode_meta(std::string_view bytes) {
  base::Decoder in(bytes);
  Meta meta;
  meta.identity.cluster = base::ClusterId(in.varint());
  meta.identity.node = base::NodeId(in.varint());
  meta.identity.address = in.text();
  meta.origin.cluster = base::ClusterId(in.varint());
  auto origin = wire::decode_snapshot_meta(in.text());
  if (!in.finished() || !origin) return base::Error{"the identity is malformed"};
  meta.origin.configuration = std::move(origin->configuration);
  return meta;
}

std::string encode(const State& state) {
  std::string bytes;
  base::Encoder out(bytes);
  out.varint(state.hard_state.term.value);
  out.boolean(state.hard_state.vote.has_value());
  if (state.hard_state.vote) out.varint(state.hard_state.vote->value);
  out.varint(state.first_index.value);
  out.varint(state.last_index.value);
  return bytes;
}

base::Result<State> decode_state(std::string_view bytes) {
  base::Decoder in(bytes);
  State state;
  state.hard_state.term = raft::Term(in.varint());
  if (in.boolean()) state.hard_state.vote = base::NodeId(in.varint());
  state.first_index = raft::Index(in.varint());
  state.last_index = raft::Index(in.varint());
  const bool in_order = state.first_index && state.first_index <= state.last_index.next();
  if (!in.finished() || !in_order) return base::Error{"the term and vote are malformed"};
  return state;
}

std::string encode(const Snapshot& snapshot) {
  std::string bytes;
  base::Encoder out(bytes);
  out.varint(snapshot.generation);
  out.varint(snapshot.pieces);
  out.varint(snapshot.bytes);
  out.text(wire::encode(snapshot.meta));
  return bytes;
}

base::Result<Snapshot> decode_snapshot(std::string_view bytes) {
  base::Decoder in(bytes);
  Snapshot snapshot;
  snapshot.generation = in.varint();
  snapshot.pieces = in.varint();
  snapshot.bytes = in.varint();
  auto meta = wire::decode_snapshot_meta(in.text());
  if (!in.finished() || !meta || snapshot.pieces > kPiecesMax || snapshot.generation > kGenerationsMax) {
    return base::Error{"the snapshot's description is malformed"};
  }
  snapshot.meta = std::move(meta).value();
  return snapshot;
}

std::int64_t piece_checksum(std::int64_t key, std::string_view piece) {
  std::string bytes;
  base::Encoder out(bytes);
  out.u64_fixed(static_cast<std::uint64_t>(key));
  out.u32_fixed(base::crc32c(piece));
  return base::crc32c(bytes);
}

}  // namespace store
