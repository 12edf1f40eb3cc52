// Everything that travels: datagrams between servers, connections between clients and servers. Bytes, with
// faults.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/connections.hpp"
#include "sim/coverage.hpp"
#include "sim/distribution.hpp"
#include "sim/draws.hpp"
#include "sim/queue.hpp"

namespace sim {

class Network : public Connections, public Links {
 public:
  // Rates in parts per million, drawn once a run.
  struct Tuning {
    Distribution latency_ns{1'000'000};
    Distribution loss = 0;
    Distribution dup = 0;
    Distribution reorder = 0;
    Distribution corrupt = 0;
  };
  // Links from any of these places to any of those, and what is theirs alone. Of two that fit a link the
  // later one goes first.
  struct Override {
    std::vector<Place> from;
    std::vector<Place> to;
    std::optional<Distribution> latency_ns = {};
    std::optional<Distribution> loss = {};
    std::optional<Distribution> dup = {};
    std::optional<Distribution> reorder = {};
    std::optional<Distribution> corrupt = {};
  };

  // Places below `servers` are those of servers. Each link, one way, has a stream of draws of its own:
  // `network s1>s2`, `network c4>s1`; the rates come from `network rates`.
  Network(Queue& queue, Coverage& coverage, const Tuning& tuning, Place places, Place servers, Tape& tape,
          const std::vector<Override>& overrides = {});

  // A frame from server to server (EventKind::peer_frame): may be lost, come twice, late, or with a flipped
  // bit. `sender` and `receiver` are the names it carries.
  void send_datagram(Place from, Place to, std::string frame, std::uint32_t sender = 0,
                     std::uint32_t receiver = 0);

  std::string address_of(Place server) const override;
  Place place_at(const std::string& address) const override;
  ConnectionNumber connect(Place client, Place server) override;
  // What is lost is sent again, later.
  void send(ConnectionNumber connection, Place from, std::string bytes) override;
  // Whether this end has not closed, broken or crashed.
  bool is_open(ConnectionNumber connection, Place end) const;
  void close(ConnectionNumber connection, Place end) override;
  void close_all(Place end) override;
  std::size_t break_all(Place end) override;
  // Whether what now comes to the end of its way gets there: a link that is cut loses it. What a connection
  // brings is sent again, and what follows it waits.
  bool arrives(Event& event);
  // EventKind::resend.
  void resend(ConnectionNumber connection, std::uint32_t way);
  void refuse(ConnectionNumber connection, Place gone) override;
  void on_reset(ConnectionNumber connection, Place end) override;

  void cut(const Cut& links) override;
  void mend(const Cut& links) override;
  bool is_cut(Place from, Place to) const { return cuts_[from * places_ + to] != 0; }
  // Whether most of what is sent arrives.
  bool carries(Place from, Place to) const { return !is_cut(from, to) && link(from, to).loss < 500'000; }

  // One way between two places, its rates in parts per million.
  struct Link {
    Distribution latency_ns;
    std::uint32_t loss = 0;
    std::uint32_t dup = 0;
    std::uint32_t reorder = 0;
    std::uint32_t corrupt = 0;
  };
  const Link& link(Place from, Place to) const { return links_[link_of_[from * places_ + to]]; }
  // How often links were cut or mended: another number, another answer of is_cut().
  std::uint64_t changes() const { return changes_; }

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
  void lay_links(const Tuning& tuning, const std::vector<Override>& overrides);
  Draws& draws(Place from, Place to);
  Duration latency(Place from, Place to) {
    return Duration(link(from, to).latency_ns.sample(draws(from, to)));
  }
  std::vector<ConnectionNumber> connections_of(Place end) const;
  void maybe_corrupt(std::string& bytes, Place from, Place to);

  Queue& queue_;
  Coverage& coverage_;
  Place places_;
  Place servers_;
  Tape& tape_;
  std::vector<Draws*> draws_;  // by from * places + to; made when they are first needed
  std::vector<Link> links_;
  std::vector<std::size_t> link_of_;  // in links_, by from * places + to
  std::vector<std::uint32_t> cuts_;   // how many partitions cut a link, likewise
  std::uint64_t changes_ = 0;
  std::vector<Time> last_arrival_;  // of datagrams, likewise
  std::map<ConnectionNumber, Connection> connections_;
  ConnectionNumber last_connection_ = 0;
};

}  // namespace sim
