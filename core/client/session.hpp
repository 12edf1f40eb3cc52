// The session as its client knows it: its id, when to renew it, and until when to believe in it.
#pragma once

#include <optional>
#include <variant>

#include "core/client/types.hpp"

namespace client {

// How long a lease is to its client: (end - stamp - 1 ms)(1 - 2 rho), rounded down. Twice rho, since the
// servers' clock may run fast by as much as the client's runs slow; the millisecond, since a stamp is rounded
// down to one.
Duration believed(const lock::Lease& lease, std::uint32_t clock_error_ppm);

// A small request that is sent again and again, and whose answer shows that the link is alive.
struct Beat {
  Instant due;
  std::optional<Instant> awaited;  // the last one was sent then, and is unanswered on this link
};

class Session {
 public:
  explicit Session(const Config& config);

  bool none() const { return std::holds_alternative<None>(state_); }
  bool opening() const { return std::holds_alternative<Opening>(state_); }
  bool open() const { return std::holds_alternative<Open>(state_); }
  std::optional<lock::SessionId> id() const;
  std::optional<Instant> deadline() const;
  // As Client::when.
  std::optional<Instant> when(lock::LogTime time) const;

  // How often to renew.
  Duration period() const { return period_; }

  void begin_opening();
  // `sent`: just before that very OpenSession left.
  void opened(lock::SessionId id, const lock::Lease& lease, Instant sent);
  // `sent`: just before that very KeepAlive left. The deadline never falls.
  void kept_alive(const lock::Lease& lease, Instant sent);
  void gone();

  // The renewals. Only where open().
  Beat& keep_alive();
  const Beat& keep_alive() const;

 private:
  struct None {};
  struct Opening {};
  struct Open {
    lock::SessionId id;
    Instant deadline;
    Beat keep_alive;
  };

  // When the request left that got this stamp: the log clock had not passed it then.
  struct Anchor {
    Instant sent;
    lock::LogTime stamp;
  };
  void note(const Anchor& anchor);

  std::variant<None, Opening, Open> state_;
  // The one by which `when` is latest, whatever it is asked. Of any session: they share one log clock.
  std::optional<Anchor> anchor_;
  Duration period_;
  std::uint32_t clock_error_ppm_;
};

}  // namespace client
