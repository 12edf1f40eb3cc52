#include "core/wire/archive.hpp"
#include "core/wire/codec.hpp"

namespace wire {

template <>
inline constexpr std::uint8_t kTag<lock::Command> = 1;
template <>
inline constexpr std::uint8_t kTag<lock::Query> = 2;
template <>
inline constexpr std::uint8_t kTag<lock::Admin> = 3;

template <>
inline constexpr std::uint8_t kTag<lock::AddMember> = 1;
template <>
inline constexpr std::uint8_t kTag<lock::ChangeMembers> = 2;
template <>
inline constexpr std::uint8_t kTag<lock::TransferLeadership> = 3;
template <>
inline constexpr std::uint8_t kTag<lock::TakeSnapshot> = 4;
template <>
inline constexpr std::uint8_t kTag<lock::GetMembers> = 5;
template <>
inline constexpr std::uint8_t kTag<lock::GetMetrics> = 6;

template <>
inline constexpr std::uint8_t kTag<lock::OpenSession> = 1;
template <>
inline constexpr std::uint8_t kTag<lock::KeepAlive> = 2;
template <>
inline constexpr std::uint8_t kTag<lock::CloseSession> = 3;
template <>
inline constexpr std::uint8_t kTag<lock::Sequenced> = 4;
template <>
inline constexpr std::uint8_t kTag<lock::Recover> = 5;

template <>
inline constexpr std::uint8_t kTag<lock::Acquire> = 1;
template <>
inline constexpr std::uint8_t kTag<lock::Release> = 2;
template <>
inline constexpr std::uint8_t kTag<lock::Renew> = 3;
template <>
inline constexpr std::uint8_t kTag<lock::Cancel> = 4;
template <>
inline constexpr std::uint8_t kTag<lock::SetStatus> = 5;
template <>
inline constexpr std::uint8_t kTag<lock::ClearStatus> = 6;

template <>
inline constexpr std::uint8_t kTag<lock::GetStatus> = 1;
template <>
inline constexpr std::uint8_t kTag<lock::WaitStatus> = 2;
template <>
inline constexpr std::uint8_t kTag<lock::List> = 3;
template <>
inline constexpr std::uint8_t kTag<lock::CheckHold> = 4;
template <>
inline constexpr std::uint8_t kTag<lock::GetHealth> = 5;

void fields(auto& archive, Is<lock::OpenSession> auto& v) {
  archive(v.ttl, v.who);
}
void fields(auto& archive, Is<lock::KeepAlive> auto& v) {
  archive(v.session);
}
void fields(auto& archive, Is<lock::CloseSession> auto& v) {
  archive(v.session);
}
void fields(auto& archive, Is<lock::Sequenced> auto& v) {
  archive(v.session, v.sequence, v.acknowledged, v.operation);
}

void fields(auto& archive, Is<lock::Recover> auto& v) {
  archive(v.epoch_floor, v.no_grants_for, v.note);
}

void fields(auto& archive, Is<lock::Acquire> auto& v) {
  archive(v.name, v.wait, v.detached, v.note);
}
void fields(auto& archive, Is<lock::Release> auto& v) {
  archive(v.name, v.token);
}
void fields(auto& archive, Is<lock::Renew> auto& v) {
  archive(v.name, v.token, v.ttl);
}
void fields(auto& archive, Is<lock::Cancel> auto& v) {
  archive(v.acquire);
}
void fields(auto& archive, Is<lock::SetStatus> auto& v) {
  archive(v.name, v.state, v.code, v.value, v.token, v.if_revision, v.ttl);
}
void fields(auto& archive, Is<lock::ClearStatus> auto& v) {
  archive(v.name, v.if_revision);
}

void fields(auto& archive, Is<lock::GetStatus> auto& v) {
  archive(v.name);
}
void fields(auto& archive, Is<lock::WaitStatus> auto& v) {
  archive(v.name, v.after);
}
void fields(auto& archive, Is<lock::List> auto& v) {
  archive(v.prefix, v.after);
}
void fields(auto& archive, Is<lock::CheckHold> auto& v) {
  archive(v.name, v.token);
}

void fields(auto& archive, Is<lock::AddMember> auto& v) {
  archive(v.address, v.incarnation, v.promote, v.priority);
}
void fields(auto& archive, Is<lock::SetPriority> auto& v) {
  archive(v.member, v.priority);
}
void fields(auto& archive, Is<lock::ChangeMembers> auto& v) {
  archive(v.promote, v.remove, v.priorities);
}
void fields(auto& archive, Is<lock::TransferLeadership> auto& v) {
  archive(v.to);
}

void fields(auto& archive, Is<ClientRequest> auto& v) {
  archive(v.call, v.consistency, v.request);
}

std::string encode(const ClientRequest& m) {
  return write(m);
}
std::string encode(const std::vector<lock::Command>& commands) {
  return write(commands);
}

base::Result<ClientRequest> decode_request(std::string_view bytes) {
  auto request = read<ClientRequest>(bytes, "a request");
  if (!request) return request;
  const auto* command = std::get_if<lock::Command>(&request->request);
  if (command != nullptr && std::holds_alternative<lock::Recover>(*command)) {
    return base::Error{"a request can't be read: a recovery is no client's to ask for"};
  }
  return request;
}
base::Result<std::vector<lock::Command>> decode_commands(std::string_view bytes) {
  return read<std::vector<lock::Command>>(bytes, "a log entry's commands");
}

}  // namespace wire
