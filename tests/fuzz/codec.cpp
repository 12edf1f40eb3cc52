#include "core/wire/codec.hpp"

#include "tests/fuzz/targets.hpp"

namespace fuzz {
namespace {

template <class T>
void encodes_to_the_same(const base::Result<T>& decoded, std::string_view bytes) {
  if (decoded.ok()) CHECK(wire::encode(decoded.value()) == bytes);
}

}  // namespace

void message(std::string_view bytes) {
  encodes_to_the_same(wire::decode_message(bytes), bytes);
}
void request(std::string_view bytes) {
  encodes_to_the_same(wire::decode_request(bytes), bytes);
}
void reply(std::string_view bytes) {
  encodes_to_the_same(wire::decode_reply(bytes), bytes);
}
void peer_hello(std::string_view bytes) {
  encodes_to_the_same(wire::decode_peer_hello(bytes), bytes);
}
void commands(std::string_view bytes) {
  encodes_to_the_same(wire::decode_commands(bytes), bytes);
}
void entry(std::string_view bytes) {
  encodes_to_the_same(wire::decode_entry(bytes), bytes);
}
void snapshot_meta(std::string_view bytes) {
  encodes_to_the_same(wire::decode_snapshot_meta(bytes), bytes);
}

}  // namespace fuzz
