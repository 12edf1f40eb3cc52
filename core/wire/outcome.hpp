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

void fields(auto& archive, Is<lock::Lease> auto& v) {
  archive(v.stamp, v.end);
}
void fields(auto& archive, Is<lock::Granted> auto& v) {
  archive(v.token, v.lease, v.waited);
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
