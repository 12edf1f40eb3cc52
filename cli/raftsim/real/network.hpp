// Real connections, every one of which passes through this process: latency, loss and partitions are made
// here.
//
// A client's connection ends in its agent, which lives in this process; a connection between two servers goes
// through a port that stands for the one that is called.
#pragma once

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/raftsim/real/stream.hpp"
#include "core/wire/frame.hpp"
#include "sim/connections.hpp"
#include "sim/coverage.hpp"
#include "sim/draws.hpp"
#include "sim/network.hpp"
#include "sim/scenario.hpp"

namespace real {

using sim::ConnectionNumber;
using sim::Place;
using sim::Time;

class Network : public sim::Connections, public sim::Links {
 public:
  // A server's place by its number (node id); nothing: nobody has it.
  using PlaceOf = std::function<std::optional<Place>(std::uint64_t number)>;

  // `places`: of servers, which come first, and of clients together. `now`: since the run began. Draws the
  // links' rates as the simulator does.
  Network(Poller& poller, sim::Queue& queue, std::function<Time()> now, sim::Coverage& coverage,
          const sim::Scenario& scenario, Place places, sim::Tape& tape, PlaceOf place_of);
  ~Network() override;

  // Where the server at a place itself listens.
  std::uint16_t port_of(Place server) const { return doors_[server].port; }

  // By the port that stands for it.
  std::string address_of(Place server) const override;
  Place place_at(const std::string& address) const override;
  ConnectionNumber connect(Place client, Place server) override;
  void send(ConnectionNumber connection, Place from, std::string bytes) override;
  void close(ConnectionNumber connection, Place end) override;
  void close_all(Place end) override;
  void refuse(ConnectionNumber connection, Place gone) override;
  void on_reset(ConnectionNumber connection, Place end) override;
  void cut(const Cut& links) override;
  void mend(const Cut& links) override;
  std::size_t break_all(Place end) override;
  // Whether most of what is sent arrives.
  bool carries(Place from, Place to) const { return links_.carries(from, to); }
  // EventKind::resend: what waits on this way of a connection may be due, or given up.
  void move(ConnectionNumber connection, std::uint32_t way);

 private:
  struct Piece {
    Time due;
    std::string bytes;
  };
  struct Way {
    std::deque<Piece> pieces;
    std::optional<Time> ends;  // its sender has closed
    Time last_due{0};
    std::optional<Time> held_since;  // by a cut
  };
  struct Relay {
    std::array<Place, 2> ends;                       // who called, who was called; kNobody: a stranger
    std::array<std::unique_ptr<Stream>, 2> streams;  // nothing: that end is an agent
    std::array<Way, 2> ways = {};                    // from who called, from who was called
    bool between_servers = false;
    std::optional<wire::FrameReader> hello = {};  // until the caller has said who it is
    std::string said = {};                        // meanwhile
  };
  struct Door {
    std::uint16_t port;
    std::unique_ptr<Listener> listener;  // stands for it
  };

  void accepted(Place server, int fd);
  void open_stream(ConnectionNumber number, std::uint32_t end, int fd);
  void came(ConnectionNumber number, std::uint32_t end, std::string bytes);
  bool introduced(Relay& relay, std::string& bytes);
  void put(ConnectionNumber number, Relay& relay, std::uint32_t way, std::string bytes);
  void end(ConnectionNumber number, std::uint32_t end);
  bool held(ConnectionNumber number, Relay& relay, std::uint32_t way);
  void deliver(ConnectionNumber number, Relay& relay, std::uint32_t way, std::string bytes);
  void drop(ConnectionNumber number, std::optional<std::uint32_t> teller);
  void look_again(ConnectionNumber number, std::uint32_t way, Time at);
  bool is_cut(const Relay& relay, std::uint32_t way) const;
  // A stranger's are those of the last place, which nothing sets apart.
  const sim::Network::Link& link(const Relay& relay, std::uint32_t way) const;
  Time arrival(const Relay& relay, std::uint32_t way);

  Poller& poller_;
  sim::Queue& queue_;
  std::function<Time()> now_;
  sim::Coverage& coverage_;
  sim::Network links_;  // carries nothing: which links there are, and which are cut
  Place places_;
  sim::Draws& random_;
  PlaceOf place_of_;
  std::vector<Door> doors_;
  std::map<ConnectionNumber, Relay> relays_;
  ConnectionNumber last_ = 0;
};

}  // namespace real
