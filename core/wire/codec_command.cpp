#include "core/wire/archive.hpp"
#include "core/wire/codec.hpp"
#include "core/wire/outcome.hpp"

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
// Also among the operators' requests, where 6 is taken.
template <>
inline constexpr std::uint8_t kTag<lock::Configure> = 7;

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
inline constexpr std::uint8_t kTag<lock::Leave> = 7;
template <>
inline constexpr std::uint8_t kTag<lock::Downgrade> = 8;
template <>
inline constexpr std::uint8_t kTag<lock::Break> = 9;
template <>
inline constexpr std::uint8_t kTag<lock::Once> = 10;
template <>
inline constexpr std::uint8_t kTag<lock::FinishOnce> = 11;

template <>
inline constexpr std::uint8_t kTag<lock::Fifo> = 1;
template <>
inline constexpr std::uint8_t kTag<lock::Barge> = 2;
template <>
inline constexpr std::uint8_t kTag<lock::Newest> = 3;
template <>
inline constexpr std::uint8_t kTag<lock::Priority> = 4;

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
template <>
inline constexpr std::uint8_t kTag<lock::GetAudit> = 6;
template <>
inline constexpr std::uint8_t kTag<lock::GetSettings> = 7;
template <>
inline constexpr std::uint8_t kTag<lock::Watch> = 8;

void fields(auto& archive, Is<lock::OpenSession> auto& v) {
  archive(v.ttl, v.who, v.parent);
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
  archive(v.locks, v.wait, v.detached, v.note, v.max_hold, v.lock_delay, v.queueing);
}
void fields(auto& archive, Is<lock::Priority> auto& v) {
  archive(v.level);
}
void fields(auto& archive, Is<lock::Leave> auto& v) {
  archive(v.acquire);
}
void fields(auto& archive, Is<lock::Downgrade> auto& v) {
  archive(v.name, v.token);
}
void fields(auto& archive, Is<lock::Break> auto& v) {
  archive(v.name, v.token, v.reason, v.now);
}
void fields(auto& archive, Is<lock::Once> auto& v) {
  archive(v.name, v.keep, v.attempts, v.on_fail, v.input, v.wait, v.note);
}
void fields(auto& archive, Is<lock::FinishOnce> auto& v) {
  archive(v.name, v.token, v.code, v.output, v.cut);
}
void fields(auto& archive, Is<lock::Configure> auto& v) {
  archive(v.settings);
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

void fields(auto& archive, Is<lock::GetAudit> auto& v) {
  archive(v.name, v.before);
}
void fields(auto& archive, Is<lock::Watch> auto& v) {
  archive(v.name, v.since);
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
  if (command != nullptr && std::holds_alternative<lock::Configure>(*command)) {
    return base::Error{"a request can't be read: settings are an operator's request, not a command"};
  }
  return request;
}
base::Result<std::vector<lock::Command>> decode_commands(std::string_view bytes) {
  return read<std::vector<lock::Command>>(bytes, "a log entry's commands");
}

}  // namespace wire
