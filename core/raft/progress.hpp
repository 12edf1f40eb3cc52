// What a leader knows of one peer.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <variant>

#include "core/raft/image.hpp"
#include "core/raft/types.hpp"

namespace raft {

// One Append at a time, until the place is found where the logs agree.
struct Probing {
  bool sent = false;
};

// Appends are sent ahead of their answers.
struct Replicating {
  struct Sent {
    Index last;
    std::uint64_t bytes = 0;
  };
  std::deque<Sent> inflight;
  std::uint64_t inflight_bytes = 0;
  // A heartbeat that tells lost entries from late ones: its answer must match what was sent before it.
  Round sounding;
  Index sent_before_sounding;
};

// The peer is sent a snapshot: it lags behind what the log still holds (Raft §7).
struct Installing {
  SnapshotMeta meta;
  std::shared_ptr<const Image> image;
  struct Sent {
    std::uint64_t number = 0;
    std::string cursor;
  };
  // Sent and not answered; without gaps, the oldest first.
  std::deque<Sent> unanswered;
  // What is to be sent next; nothing once the last piece has been.
  std::optional<Sent> next = Sent{};
  Instant progressed;      // when it last came on; what is lost is sent again a while after
  bool forgotten = false;  // the peer lacks pieces that it once answered: all are sent again then
};

using Stage = std::variant<Probing, Replicating, Installing>;

struct Progress {
  Stage stage;
  Index match;    // durable there, as far as acknowledged; never falls within a term
  Index next{1};  // the next entry to send
  Instant heard;  // when it last answered in this term
  Round round;    // the newest heartbeat round it answered
};

}  // namespace raft
