#include "core/wire/archive.hpp"
#include "core/wire/codec.hpp"

namespace wire {

template <>
inline constexpr std::uint8_t kTag<lock::SessionOpened> = 1;
template <>
inline constexpr std::uint8_t kTag<lock::KeptAlive> = 2;
template <>
inline constexpr std::uint8_t kTag<lock::SessionClosed> = 3;
template <>
inline constexpr std::uint8_t kTag<lock::SessionExpired> = 4;
template <>
inline constexpr std::uint8_t kTag<lock::Granted> = 5;
template <>
inline constexpr std::uint8_t kTag<lock::Queued> = 6;
template <>
inline constexpr std::uint8_t kTag<lock::Held> = 7;
template <>
inline constexpr std::uint8_t kTag<lock::Released> = 8;
template <>
inline constexpr std::uint8_t kTag<lock::Renewed> = 9;
template <>
inline constexpr std::uint8_t kTag<lock::NotHeld> = 10;
template <>
inline constexpr std::uint8_t kTag<lock::Cancelled> = 11;
template <>
inline constexpr std::uint8_t kTag<lock::StatusSet> = 12;
template <>
inline constexpr std::uint8_t kTag<lock::StatusCleared> = 13;
template <>
inline constexpr std::uint8_t kTag<lock::RevisionMismatch> = 14;
template <>
inline constexpr std::uint8_t kTag<lock::StaleToken> = 15;
template <>
inline constexpr std::uint8_t kTag<lock::Refused> = 16;
template <>
inline constexpr std::uint8_t kTag<lock::StaleSequence> = 17;
template <>
inline constexpr std::uint8_t kTag<lock::NameView> = 18;
template <>
inline constexpr std::uint8_t kTag<lock::Listing> = 19;
template <>
inline constexpr std::uint8_t kTag<lock::HoldStands> = 20;
template <>
inline constexpr std::uint8_t kTag<lock::Health> = 21;
template <>
inline constexpr std::uint8_t kTag<lock::NotLeader> = 22;
template <>
inline constexpr std::uint8_t kTag<lock::LeadershipLost> = 23;

void fields(auto& archive, Is<lock::Lease> auto& v) {
  archive(v.stamp, v.end);
}
void fields(auto& archive, Is<lock::SessionOpened> auto& v) {
  archive(v.session, v.lease);
}
void fields(auto& archive, Is<lock::KeptAlive> auto& v) {
  archive(v.lease);
}
void fields(auto& archive, Is<lock::Granted> auto& v) {
  archive(v.token, v.lease, v.waited);
}
void fields(auto& archive, Is<lock::Queued> auto& v) {
  archive(v.holder, v.held_for, v.ahead);
}
void fields(auto& archive, Is<lock::Held> auto& v) {
  archive(v.holder, v.held_for);
}
void fields(auto& archive, Is<lock::Renewed> auto& v) {
  archive(v.lease);
}
void fields(auto& archive, Is<lock::StatusSet> auto& v) {
  archive(v.revision);
}
void fields(auto& archive, Is<lock::StatusCleared> auto& v) {
  archive(v.existed);
}
void fields(auto& archive, Is<lock::RevisionMismatch> auto& v) {
  archive(v.actual);
}
void fields(auto& archive, Is<lock::Refused> auto& v) {
  archive(v.why);
}
void fields(auto& archive, Is<lock::Record> auto& v) {
  archive(v.state, v.code, v.value, v.writer, v.token, v.attempt, v.revision, v.age, v.left);
}
void fields(auto& archive, Is<lock::Holder> auto& v) {
  archive(v.token, v.who, v.note, v.detached, v.held_for, v.left);
}
void fields(auto& archive, Is<lock::NameView> auto& v) {
  archive(v.name, v.holder, v.waiters, v.record);
}
void fields(auto& archive, Is<lock::Listing> auto& v) {
  archive(v.names, v.more);
}
void fields(auto& archive, Is<lock::HoldStands> auto& v) {
  archive(v.left);
}
void fields(auto& archive, Is<lock::Health> auto& v) {
  archive(v.node, v.cluster, v.version, v.role, v.term, v.leader, v.commit, v.last_index, v.members);
}
void fields(auto& archive, Is<lock::NotLeader> auto& v) {
  archive(v.leader);
}

void fields(auto& archive, Is<ServerReply> auto& v) {
  archive(v.call, v.reply);
}

std::string encode(const ServerReply& m) {
  return write(m);
}

base::Result<ServerReply> decode_reply(std::string_view bytes) {
  return read<ServerReply>(bytes, "a reply");
}

}  // namespace wire
