#include "core/wire/archive.hpp"
#include "core/wire/codec.hpp"

namespace wire {

template <>
inline constexpr std::uint8_t kTag<raft::Noop> = 1;
template <>
inline constexpr std::uint8_t kTag<raft::Command> = 2;
template <>
inline constexpr std::uint8_t kTag<raft::Configuration> = 3;

template <>
inline constexpr std::uint8_t kTag<raft::PreVote> = 1;
template <>
inline constexpr std::uint8_t kTag<raft::PreVoteGranted> = 2;
template <>
inline constexpr std::uint8_t kTag<raft::PreVoteRefused> = 3;
template <>
inline constexpr std::uint8_t kTag<raft::RequestVote> = 4;
template <>
inline constexpr std::uint8_t kTag<raft::VoteGranted> = 5;
template <>
inline constexpr std::uint8_t kTag<raft::VoteRefused> = 6;
template <>
inline constexpr std::uint8_t kTag<raft::Append> = 7;
template <>
inline constexpr std::uint8_t kTag<raft::AppendAccepted> = 8;
template <>
inline constexpr std::uint8_t kTag<raft::AppendRejected> = 9;
template <>
inline constexpr std::uint8_t kTag<raft::Heartbeat> = 10;
template <>
inline constexpr std::uint8_t kTag<raft::HeartbeatReply> = 11;
template <>
inline constexpr std::uint8_t kTag<raft::InstallSnapshot> = 12;
template <>
inline constexpr std::uint8_t kTag<raft::PieceAccepted> = 13;
template <>
inline constexpr std::uint8_t kTag<raft::TimeoutNow> = 14;
template <>
inline constexpr std::uint8_t kTag<raft::ReadIndex> = 15;
template <>
inline constexpr std::uint8_t kTag<raft::ReadIndexAnswer> = 16;

void fields(auto& archive, Is<raft::Position> auto& v) {
  archive(v.index, v.term);
}
void fields(auto& archive, Is<raft::Command> auto& v) {
  archive(v.bytes);
}
void fields(auto& archive, Is<raft::Member> auto& v) {
  archive(v.id, v.address, v.incarnation, v.suffrage, v.outgoing, v.promote, v.priority);
}
void fields(auto& archive, Is<raft::Configuration> auto& v) {
  archive(v.members, v.last_id);
}
void fields(auto& archive, Is<raft::SnapshotMeta> auto& v) {
  archive(v.at, v.stamp, v.configuration);
}
void fields(auto& archive, Is<raft::Entry> auto& v) {
  archive(v.at, v.stamp, v.payload);
}

void fields(auto& archive, Is<raft::PreVote> auto& v) {
  archive(v.term, v.last);
}
void fields(auto& archive, Is<raft::PreVoteGranted> auto& v) {
  archive(v.term);
}
void fields(auto& archive, Is<raft::PreVoteRefused> auto& v) {
  archive(v.term, v.removed);
}
void fields(auto& archive, Is<raft::RequestVote> auto& v) {
  archive(v.term, v.last, v.transfer);
}
void fields(auto& archive, Is<raft::VoteGranted> auto& v) {
  archive(v.term);
}
void fields(auto& archive, Is<raft::VoteRefused> auto& v) {
  archive(v.term);
}
void fields(auto& archive, Is<raft::Append> auto& v) {
  archive(v.term, v.previous, v.commit, v.entries);
}
void fields(auto& archive, Is<raft::AppendAccepted> auto& v) {
  archive(v.term, v.match);
}
void fields(auto& archive, Is<raft::AppendRejected> auto& v) {
  archive(v.term, v.previous, v.hint);
}
void fields(auto& archive, Is<raft::Heartbeat> auto& v) {
  archive(v.term, v.round, v.commit);
}
void fields(auto& archive, Is<raft::HeartbeatReply> auto& v) {
  archive(v.term, v.round, v.matched, v.durable);
}

void fields(auto& archive, Is<raft::InstallSnapshot> auto& v) {
  archive(v.term, v.meta, v.number, v.last, v.bytes);
}
void fields(auto& archive, Is<raft::PieceAccepted> auto& v) {
  archive(v.term, v.snapshot, v.next);
}
void fields(auto& archive, Is<raft::TimeoutNow> auto& v) {
  archive(v.term);
}
void fields(auto& archive, Is<raft::ReadIndex> auto& v) {
  archive(v.term, v.read);
}
void fields(auto& archive, Is<raft::ReadIndexAnswer> auto& v) {
  archive(v.term, v.read, v.index);
}

std::string encode(const raft::Message& m) {
  return write(m);
}
std::string encode(const raft::Entry& entry) {
  return write(entry);
}

base::Result<raft::Message> decode_message(std::string_view bytes) {
  return read<raft::Message>(bytes, "a server's message");
}
std::string encode(const raft::SnapshotMeta& meta) {
  return write(meta);
}
base::Result<raft::SnapshotMeta> decode_snapshot_meta(std::string_view bytes) {
  return read<raft::SnapshotMeta>(bytes, "a snapshot's description");
}
base::Result<raft::Entry> decode_entry(std::string_view bytes) {
  return read<raft::Entry>(bytes, "a log entry");
}

}  // namespace wire
