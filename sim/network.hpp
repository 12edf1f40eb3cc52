// Everything that travels: datagrams between servers, connections between clients and servers. Bytes, with
// faults.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/random.hpp"
#include "sim/coverage.hpp"
#include "sim/distribution.hpp"
#include "sim/queue.hpp"

namespace sim {

using ConnectionNumber = std::uint64_t;

class Network {
 public:
  // Rates in parts per million.
  struct Tuning {
    Distribution latency_ns{1'000'000};
    std::uint32_t loss = 0;
    std::uint32_t dup = 0;
    std::uint32_t reorder = 0;
    std::uint32_t corrupt = 0;
  };
  // One-way links that are cut.
  using Cut = std::vector<std::pair<Place, Place>>;

  Network(Queue& queue, Coverage& coverage, Tuning tuning, Place places, base::Random random);

  // A frame from server to server (EventKind::peer_frame): may be lost, come twice, late, or with a flipped
  // bit. `sender` and `receiver` are the names it carries.
  void send_datagram(Place from, Place to, std::string frame, std::uint32_t sender = 0,
                     std::uint32_t receiver = 0);

  // A connection is there at once; the first word on it takes as long as any other.
  ConnectionNumber connect(Place client, Place server);
  // In order and whole (EventKind::segment), or the connection breaks; what is lost is sent again, later.
  void send(ConnectionNumber connection, Place from, std::string bytes);
  // Whether this end has not closed, broken or crashed.
  bool is_open(ConnectionNumber connection, Place end) const;
  // The other end learns it (EventKind::reset), when the reset gets through.
  void close(ConnectionNumber connection, Place end);
  // The process at `end` is gone, and all its connections with it.
  void close_all(Place end);
  // Whether what now comes to the end of its way gets there: a link that is cut loses it. What a connection
  // brings is sent again, and what follows it waits.
  bool arrives(Event& event);
  // EventKind::resend.
  void resend(ConnectionNumber connection, std::uint32_t way);
  // A segment reached an end that is gone: the sender is told.
  void refuse(ConnectionNumber connection, Place gone);
  // EventKind::reset has come: this end is closed.
  void on_reset(ConnectionNumber connection, Place end);

  void cut(const Cut& links);
  void mend(const Cut& links);
  bool is_cut(Place from, Place to) const { return cuts_[from * places_ + to] != 0; }

 private:
  // One way of a connection.
  struct Way {
    Time last_arrival{0};
    std::uint32_t last_segment = 0;
    std::map<std::uint32_t, std::string> unsent;  // waits for a retransmission that gets through
    Time stalled_since{0};
    Duration backoff{0};
  };
  struct Connection {
    std::array<Place, 2> ends;  // client, server
    std::array<bool, 2> open{true, true};
    std::array<Way, 2> ways;  // from client, from server
  };

  void deliver(Place from, Event event, bool in_order);
  void deliver(ConnectionNumber number, Connection& connection, std::uint32_t way, std::uint32_t segment,
               std::string bytes);
  void stall(ConnectionNumber number, Way& way, std::uint32_t which);
  void resend_later(ConnectionNumber number, Way& way, std::uint32_t which);
  bool segment_arrives(Event& event);
  void reset(ConnectionNumber number, Connection& connection, std::uint32_t end);
  void close_end(ConnectionNumber number, Connection& connection, std::uint32_t end);
  void break_both(ConnectionNumber number, Connection& connection);
  Duration latency() { return Duration(tuning_.latency_ns.sample(random_)); }
  void maybe_corrupt(std::string& bytes);

  Queue& queue_;
  Coverage& coverage_;
  Tuning tuning_;
  Place places_;
  base::Random random_;
  std::vector<std::uint32_t> cuts_;  // how many partitions cut a link, by from * places + to
  std::vector<Time> last_arrival_;   // of datagrams, likewise
  std::map<ConnectionNumber, Connection> connections_;
  ConnectionNumber last_connection_ = 0;
};

}  // namespace sim
