// The layout of what a frame carries. There is no padding, no alignment, and one encoding for each value.
//
//   number        unsigned varint: 7 bits a byte, lowest first, the high bit says that more follow; in its
//   shortest form signed        the varint of its zigzag form id, duration, log time   a number (a duration
//   in milliseconds, at most 100 years) truth value   one byte, 0 or 1 text, bytes   a number, its length;
//   then itself optional      a truth value; then the value where it is 1 sequence      a number, its length;
//   then its elements, of a map each key and its value, keys rising struct        its fields in the order of
//   its `fields` function; a struct without members is no bytes at all variant       one byte, the tag of the
//   alternative (kTag in the codec_*.cpp); then the alternative
//
//   peer_hello    PeerHello                              codec.cpp
//   peer          raft::Message                          codec_raft.cpp
//   request       ClientRequest: call, lock::Request     codec_command.cpp
//   reply         ServerReply: call, lock::Reply         codec_reply.cpp
//   a log entry   index, term, stamp, payload; a command's payload is a sequence of lock::Command
#include "core/wire/codec.hpp"

#include "core/wire/archive.hpp"

namespace wire {

void fields(auto& archive, Is<PeerHello> auto& v) {
  archive(v.cluster, v.from, v.to, v.address);
}

std::string encode(const PeerHello& m) {
  return write(m);
}

base::Result<PeerHello> decode_peer_hello(std::string_view bytes) {
  return read<PeerHello>(bytes, "a peer's hello");
}

}  // namespace wire
