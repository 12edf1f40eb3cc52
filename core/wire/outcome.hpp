// The answers that are kept for retries: in a reply and in a machine's image they look the same. The other
// replies' tags are in codec_reply.cpp.
#pragma once

#include "core/lock/reply.hpp"
#include "core/wire/archive.hpp"

namespace wire {

template <>
inline constexpr std::uint8_t kTag<lock::Granted> = 5;
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
inline constexpr std::uint8_t kTag<lock::Superseded> = 30;
template <>
inline constexpr std::uint8_t kTag<lock::Deadlock> = 31;
template <>
inline constexpr std::uint8_t kTag<lock::Downgraded> = 32;
template <>
inline constexpr std::uint8_t kTag<lock::Broken> = 33;
template <>
inline constexpr std::uint8_t kTag<lock::OnceEnded> = 34;
template <>
inline constexpr std::uint8_t kTag<lock::OnceFinished> = 35;

// Of names, in requests, answers and images.
template <>
inline constexpr std::uint8_t kTag<lock::Exclusive> = 1;
template <>
inline constexpr std::uint8_t kTag<lock::Shared> = 2;
template <>
inline constexpr std::uint8_t kTag<lock::Counted> = 3;

void fields(auto& archive, Is<lock::Counted> auto& v) {
  archive(v.limit);
}
void fields(auto& archive, Is<lock::Wanted> auto& v) {
  archive(v.name, v.mode);
}
void fields(auto& archive, Is<lock::Setting> auto& v) {
  archive(v.name, v.value);
}
void fields(auto& archive, Is<lock::Taken> auto& v) {
  archive(v.token, v.why);
}
void fields(auto& archive, Is<lock::Superseded> auto& v) {
  archive(v.by);
}
void fields(auto& archive, Is<lock::Deadlock::Link> auto& v) {
  archive(v.who, v.waits_for);
}
void fields(auto& archive, Is<lock::Deadlock> auto& v) {
  archive(v.cycle);
}
void fields(auto& archive, Is<lock::Broken> auto& v) {
  archive(v.blocked_for);
}
void fields(auto& archive, Is<lock::OnceEnded> auto& v) {
  archive(v.state, v.code, v.output, v.cut, v.attempt, v.runner, v.revision);
}
void fields(auto& archive, Is<lock::OnceFinished> auto& v) {
  archive(v.state, v.revision);
}
void fields(auto& archive, Is<lock::Lease> auto& v) {
  archive(v.stamp, v.end);
}
void fields(auto& archive, Is<lock::Granted> auto& v) {
  archive(v.token, v.lease, v.waited, v.ends_by, v.entries, v.attempt);
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

}  // namespace wire
