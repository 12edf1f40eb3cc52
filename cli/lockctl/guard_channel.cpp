#include "cli/lockctl/guard_channel.hpp"

#include <cerrno>
#include <sys/socket.h>

#include "core/base/bytes.hpp"
#include "core/base/overload.hpp"

namespace lockctl::guard {
namespace {

// Larger than the environment that Start carries.
constexpr std::size_t kPacketMax = 64 * 1024;

base::Instant instant(base::Decoder& in) {
  return {base::Duration(in.svarint())};
}

}  // namespace

std::string encode(const ToGuard& message) {
  std::string packet;
  base::Encoder out(packet);
  out.u8(static_cast<std::uint8_t>(message.index() + 1));
  std::visit(base::Overload{[&](const Start& m) {
                              out.varint(m.environment.size());
                              for (const auto& entry : m.environment) out.text(entry);
                            },
                            [&](const Deadline& m) {
                              out.svarint(m.times.term_at.since_origin.count());
                              out.svarint(m.times.kill_at.since_origin.count());
                            },
                            [&](const Forward& m) { out.svarint(m.signal); }, [](const KillNow&) {},
                            [](const Resume&) {}},
             message);
  return packet;
}

std::string encode(const FromGuard& message) {
  std::string packet;
  base::Encoder out(packet);
  out.u8(static_cast<std::uint8_t>(message.index() + 1));
  std::visit(base::Overload{[&](const Started& m) { out.svarint(m.pid); },
                            [&](const NotStarted& m) { out.svarint(m.error); }, [](const Stopped&) {},
                            [&](const OutOfTime& m) { out.boolean(m.how == Killing::kill); },
                            [&](const Ended& m) {
                              out.svarint(m.status);
                              out.varint(m.left_behind);
                              out.varint(m.not_permitted);
                            }},
             message);
  return packet;
}

base::Result<ToGuard> decode_to_guard(std::string_view packet) {
  base::Decoder in(packet);
  ToGuard message;
  switch (in.u8()) {
    case 1: {
      Start start;
      for (auto n = in.count(); n > 0; --n) start.environment.emplace_back(in.text());
      message = std::move(start);
      break;
    }
    case 2: {
      const auto term_at = instant(in);
      message = Deadline{{term_at, instant(in)}};
      break;
    }
    case 3:
      message = Forward{static_cast<int>(in.svarint())};
      break;
    case 4:
      message = KillNow{};
      break;
    case 5:
      message = Resume{};
      break;
    default:
      in.fail();
  }
  if (!in.finished()) return base::Error{"not a message to the guard"};
  return message;
}

base::Result<FromGuard> decode_from_guard(std::string_view packet) {
  base::Decoder in(packet);
  FromGuard message;
  switch (in.u8()) {
    case 1:
      message = Started{static_cast<pid_t>(in.svarint())};
      break;
    case 2:
      message = NotStarted{static_cast<int>(in.svarint())};
      break;
    case 3:
      message = Stopped{};
      break;
    case 4:
      message = OutOfTime{in.boolean() ? Killing::kill : Killing::term};
      break;
    case 5: {
      Ended ended;
      ended.status = static_cast<int>(in.svarint());
      ended.left_behind = in.varint();
      ended.not_permitted = in.varint();
      message = ended;
      break;
    }
    default:
      in.fail();
  }
  if (!in.finished()) return base::Error{"not a message of the guard"};
  return message;
}

Sent send_packet(int fd, const std::string& packet) {
  for (;;) {
    if (::send(fd, packet.data(), packet.size(), MSG_NOSIGNAL | MSG_DONTWAIT) >= 0) return Sent::yes;
    if (errno == EAGAIN || errno == EWOULDBLOCK) return Sent::full;
    if (errno != EINTR) return Sent::gone;
  }
}

std::optional<std::string> receive_packet(int fd) {
  std::string packet(kPacketMax, '\0');
  for (;;) {
    const auto n = ::recv(fd, packet.data(), packet.size(), MSG_DONTWAIT);
    // The other side has closed without reading all of ours: told once, before what it had sent. That still
    // lies here.
    if (n < 0 && (errno == EINTR || errno == ECONNRESET)) continue;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return std::nullopt;
    packet.resize(n < 0 ? 0 : static_cast<std::size_t>(n));
    return packet;
  }
}

}  // namespace lockctl::guard
