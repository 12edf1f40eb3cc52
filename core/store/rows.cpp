#include "core/store/rows.hpp"

#include "core/base/bytes.hpp"

namespace store {

std::string encode(const Identity& identity) {
  std::string bytes;
  base::Encoder out(bytes);
  out.varint(identity.cluster.value);
  out.varint(identity.node.value);
  out.varint(identity.members.size());
  for (const auto& member : identity.members) out.text(member);
  return bytes;
}

base::Result<Identity> decode_identity(std::string_view bytes) {
  base::Decoder in(bytes);
  Identity identity{base::ClusterId(in.varint()), base::NodeId(in.varint()), {}};
  const auto members = in.count();
  for (std::uint64_t i = 0; i < members && in.ok(); ++i) identity.members.emplace_back(in.text());
  if (!in.finished()) return base::Error{"the identity is malformed"};
  return identity;
}

std::string encode(const State& state) {
  std::string bytes;
  base::Encoder out(bytes);
  out.varint(state.hard_state.term.value);
  out.boolean(state.hard_state.vote.has_value());
  if (state.hard_state.vote) out.varint(state.hard_state.vote->value);
  out.varint(state.last_index.value);
  return bytes;
}

base::Result<State> decode_state(std::string_view bytes) {
  base::Decoder in(bytes);
  State state;
  state.hard_state.term = raft::Term(in.varint());
  if (in.boolean()) state.hard_state.vote = base::NodeId(in.varint());
  state.last_index = raft::Index(in.varint());
  if (!in.finished()) return base::Error{"the term and vote are malformed"};
  return state;
}

}  // namespace store
