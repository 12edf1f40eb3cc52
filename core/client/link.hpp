// The one connection a client has, and the search for the server that leads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "core/base/random.hpp"
#include "core/client/types.hpp"

namespace client {

class Link {
 public:
  explicit Link(const Config& config);

  bool up() const { return std::holds_alternative<Up>(state_); }
  bool up(LinkId link) const;
  // Whether this is the link, connected or not.
  bool is(LinkId link) const;
  // Only where up().
  LinkId id() const;
  // When the last answer came over it, or when it was connected. Only where up().
  Instant heard() const;

  void connected(Instant now);
  // An answer came. A `useful` one, as only a leader gives it, ends the backoff.
  void answered(Instant now, bool useful);
  // The link is gone: next, another endpoint.
  void lost(Instant now);
  // Closes the link: next the server named, or where the name is empty another endpoint.
  void leave(Instant now, const std::string& leader, Effects& effects);

  // Connects when it is time and a link is wanted; gives up an attempt that takes too long.
  void run(Instant now, bool wanted, Effects& effects);
  std::optional<Instant> wake_at(bool wanted) const;

 private:
  struct Down {
    Instant retry_at;
  };
  struct Connecting {
    LinkId id;
    Instant until;
  };
  struct Up {
    LinkId id;
    Instant heard;
  };

  void connect(Instant now, Effects& effects);
  std::string choose();
  Duration backoff();

  Config config_;
  base::Random random_;
  std::variant<Down, Connecting, Up> state_;
  LinkId last_id_;
  std::size_t next_;  // among the endpoints
  std::string hint_;  // where the leader is said to be; empty: unknown
  std::string last_tried_;
  std::uint32_t failures_ = 0;  // links in a row that brought no useful answer
};

}  // namespace client
