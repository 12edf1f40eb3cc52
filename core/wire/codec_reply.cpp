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
// 30 to 35: outcome.hpp.
template <>
inline constexpr std::uint8_t kTag<lock::AuditTrail> = 36;
template <>
inline constexpr std::uint8_t kTag<lock::Settings> = 37;
template <>
inline constexpr std::uint8_t kTag<lock::Changes> = 38;
template <>
inline constexpr std::uint8_t kTag<lock::Reset> = 39;

void fields(auto& archive, Is<lock::SessionOpened> auto& v) {
  archive(v.session, v.lease);
}
void fields(auto& archive, Is<lock::KeptAlive> auto& v) {
  archive(v.lease, v.taken);
}
void fields(auto& archive, Is<lock::Queued> auto& v) {
  archive(v.holder, v.held_for, v.ahead);
}
void fields(auto& archive, Is<lock::OnceView> auto& v) {
  archive(v.attempts, v.on_fail, v.input);
}
void fields(auto& archive, Is<lock::LateResult> auto& v) {
  archive(v.token, v.code, v.who, v.age);
}
void fields(auto& archive, Is<lock::Record> auto& v) {
  archive(v.state, v.code, v.value, v.writer, v.token, v.attempt, v.revision, v.age, v.left, v.cut, v.once,
          v.late);
}
void fields(auto& archive, Is<lock::Holder> auto& v) {
  archive(v.token, v.who, v.note, v.mode, v.detached, v.entries, v.held_for, v.left, v.with);
}
void fields(auto& archive, Is<lock::NameView> auto& v) {
  archive(v.name, v.holders, v.holder_count, v.waiters, v.blocked_for, v.record);
}
void fields(auto& archive, Is<lock::Listing> auto& v) {
  archive(v.names, v.more);
}
void fields(auto& archive, Is<lock::AuditEntry> auto& v) {
  archive(v.number, v.what, v.token, v.who, v.why, v.age);
}
void fields(auto& archive, Is<lock::AuditTrail> auto& v) {
  archive(v.entries, v.more);
}
void fields(auto& archive, Is<lock::Settings> auto& v) {
  archive(v.settings);
}
void fields(auto& archive, Is<lock::Change> auto& v) {
  archive(v.index, v.name, v.what, v.token, v.who, v.detail, v.code, v.revision);
}
void fields(auto& archive, Is<lock::Changes> auto& v) {
  archive(v.through, v.changes);
}
void fields(auto& archive, Is<lock::Reset> auto& v) {
  archive(v.through, v.names, v.more);
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
