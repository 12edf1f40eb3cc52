#include "core/wire/archive.hpp"
#include "core/wire/codec.hpp"
#include "core/wire/outcome.hpp"

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
inline constexpr std::uint8_t kTag<lock::Queued> = 6;
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
template <>
inline constexpr std::uint8_t kTag<lock::MemberAdded> = 24;
template <>
inline constexpr std::uint8_t kTag<lock::MembersChanged> = 25;
template <>
inline constexpr std::uint8_t kTag<lock::Transferred> = 26;
template <>
inline constexpr std::uint8_t kTag<lock::SnapshotTaken> = 27;
template <>
inline constexpr std::uint8_t kTag<lock::Members> = 28;
template <>
inline constexpr std::uint8_t kTag<lock::Metrics> = 29;

void fields(auto& archive, Is<lock::SessionOpened> auto& v) {
  archive(v.session, v.lease);
}
void fields(auto& archive, Is<lock::KeptAlive> auto& v) {
  archive(v.lease);
}
void fields(auto& archive, Is<lock::Queued> auto& v) {
  archive(v.holder, v.held_for, v.ahead);
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

void fields(auto& archive, Is<lock::MemberAdded> auto& v) {
  archive(v.id, v.cluster);
}
void fields(auto& archive, Is<lock::Transferred> auto& v) {
  archive(v.leader);
}
void fields(auto& archive, Is<lock::SnapshotTaken> auto& v) {
  archive(v.index, v.bytes);
}
void fields(auto& archive, Is<lock::MemberView> auto& v) {
  archive(v.id, v.address, v.role, v.promote, v.priority, v.match, v.silent_for, v.installing);
}
void fields(auto& archive, Is<lock::Members> auto& v) {
  archive(v.term, v.commit, v.changing, v.members);
}
void fields(auto& archive, Is<lock::Metric> auto& v) {
  archive(v.name, v.help, v.kind, v.value, v.buckets);
}
void fields(auto& archive, Is<lock::Metrics> auto& v) {
  archive(v.metrics);
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
