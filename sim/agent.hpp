// One simulated client: the client protocol of lockctl on a machine of its own, and the program that uses it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/client/client.hpp"
#include "core/wire/frame.hpp"
#include "sim/availability.hpp"
#include "sim/clock.hpp"
#include "sim/connections.hpp"
#include "sim/coverage.hpp"
#include "sim/draws.hpp"
#include "sim/history.hpp"
#include "sim/object_store.hpp"
#include "sim/task.hpp"

namespace sim {

class Agent;

// What an agent's program does, and what it remembers over a crash.
struct Program {
  virtual ~Program() = default;
  virtual Task run(Agent& agent) = 0;
};

// What all clients of a world share.
struct Surroundings {
  Queue& queue;
  Connections& network;
  History& history;
  Coverage& coverage;
  ObjectStore& store;
  Place servers;  // places below this one
  std::map<lock::SessionId, Place> sessions;      // whose each was, or is
  std::map<Place, lock::SessionId> open_sessions;  // as their clients know them
  bool winding_down = false;
  Availability availability = {};
};

class Agent {
 public:
  struct Made {
    Place place;
    std::string name;
    std::uint64_t seed;  // of the client protocol
    lock::Millis ttl;
    Draws& draws;  // of the program
    std::optional<Place> under = {};  // its sessions name that client's as their parent, where there is one
  };
  Agent(Made made, Surroundings& world, Clock clock, std::unique_ptr<Program> program);
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;

  // For programs.
  client::CallId begin(client::Question question, std::optional<Duration> within = {},
                       lock::Consistency consistency = lock::Consistency::linearizable);
  void give_up(client::CallId call);
  // Gives back what that call was granted; requires that it was.
  client::CallId leave(client::CallId granted);
  // Talks to that server only from now on, or again to all of them, beginning with any: as a process of its
  // own would. For programs without a session, while nothing is asked.
  void turn_to(std::optional<Place> server);
  const client::Finished* finished(client::CallId call) const;
  // Only where it is finished; nothing: the outcome is none of the servers'.
  template <class Reply>
  std::optional<Reply> reply(client::CallId call) const {
    const auto* outcome = finished(call);
    const auto* answer = outcome ? std::get_if<lock::Reply>(&outcome->outcome) : nullptr;
    const auto* wanted = answer ? std::get_if<Reply>(answer) : nullptr;
    return wanted ? std::optional<Reply>(*wanted) : std::nullopt;
  }
  // Whether a hold still stands as far as this client can know.
  bool believes(lock::Token token) const { return holds_.contains(token); }
  Draws& random() { return random_; }
  bool winding_down() const { return world_.winding_down; }
  Time world_now() const { return world_.queue.now(); }
  std::string address_of(Place server) const { return world_.network.address_of(server); }
  // A word to the object store, which travels for a while, whatever becomes of the client.
  enum class UploadStep { begin, commit };
  struct Upload {
    UploadStep step;
    std::string object;
    lock::Token token;
    Time read_at;  // when the client asked for the object's record
  };
  using RequestNumber = std::uint64_t;
  RequestNumber ask_store(Upload upload);
  std::optional<bool> store_answered(RequestNumber request) const;
  void learnt_done(const std::string& object) { world_.store.learnt_done(object, world_.queue.now()); }

  // What a program waits for: one of these, whichever comes first.
  struct Until {
    std::vector<client::CallId> calls = {};
    std::optional<Duration> time = {};
    std::optional<lock::Token> lost = {};
    std::optional<RequestNumber> request = {};
  };
  struct Awaited {
    Agent& agent;
    bool await_ready() const { return agent.satisfied(); }
    void await_suspend(std::coroutine_handle<> handle) { agent.waiting_ = handle; }
    void await_resume() const { agent.until_ = {}; }
  };
  Awaited until(Until until);
  Awaited sleep(Duration time) { return until({.time = time}); }
  Awaited answer(client::CallId call) { return until({.calls = {call}}); }

  // For the world.
  Place place() const { return made_.place; }
  Clock& clock() { return clock_; }
  std::uint32_t epoch() const { return epoch_; }
  bool is_up() const { return client_.has_value(); }
  bool done() const { return is_up() && task_.done(); }
  const std::string& name() const { return made_.name; }
  bool holds(const std::string& name) const;
  // The names that it holds as far as it can know.
  std::vector<std::string> held() const;
  std::string doing() const;
  std::optional<lock::SessionId> session() const;
  // "lock/1 (17), …": names and tokens.
  std::string holding() const;
  void start();
  void crash();

  void on_segment(ConnectionNumber connection, const std::string& bytes);
  void on_reset(ConnectionNumber connection);
  void on_wake();
  void on_alarm();
  void on_belief();
  // Its clock has jumped: what is due now?
  void on_clock_jump();
  void on_store_request(RequestNumber request);
  void on_store_reply(RequestNumber request, bool accepted);

 private:
  friend struct Awaited;
  struct Link {
    client::LinkId id;
    wire::FrameReader reader;
  };
  struct Asked {
    client::Question question;
    std::uint64_t client;  // in the history
    OperationNumber operation;
    Time begun;
    std::optional<client::Grant> left = {};
  };
  struct Hold {
    std::vector<std::string> names;
    std::set<std::uint64_t> clients;  // as whom it was entered, in the history
    std::uint64_t entries = 1;
    std::optional<lock::LogTime> ends_by;
    std::optional<Instant> detached_until;  // else it is bound to the session
  };

  void make_client(std::optional<Place> server);
  void step(const client::Input& input);
  void follow_session();
  void carry_out(client::Effects effects);
  void record(const client::Finished& finished);
  void count_reply(const Asked& asked, const lock::Reply& reply);
  void follow_holds(const Asked& asked, const client::Finished& finished, const lock::Reply& reply);
  void granted(const Asked& asked, const client::Finished& finished, const lock::Granted& granted);
  void renewed(lock::Token token, const client::Finished& finished);
  void left(lock::Token token);
  std::optional<Instant> deadline_of(const Hold& hold) const;
  void lose(lock::Token token, Time from);
  void check_belief();
  void lose_bound_holds(Time from);
  bool is_closing() const;
  void arm(std::optional<Instant> wake_at);
  bool satisfied() const;
  void resume();

  Made made_;
  Surroundings& world_;
  Clock clock_;
  Draws& random_;
  std::unique_ptr<Program> program_;
  std::uint32_t epoch_ = 0;
  std::uint64_t id_ = 0;  // in the history
  std::uint64_t clients_made_ = 0;

  std::optional<client::Client> client_;
  std::map<ConnectionNumber, Link> links_;
  std::map<client::LinkId, ConnectionNumber> connections_;
  client::CallId last_call_;
  std::map<client::CallId, Asked> asked_;
  std::map<client::CallId, client::Finished> finished_;
  std::map<lock::Token, Hold> holds_;
  std::map<client::CallId, client::Grant> grants_;
  std::set<lock::Token> lost_early_;  // told to be over before it was told to be granted
  std::optional<Instant> deadline_;   // of the session, as it was after the last step
  std::optional<Time> wake_armed_;
  std::optional<Instant> wake_wish_;
  std::optional<Time> belief_armed_;

  RequestNumber last_request_ = 0;
  std::map<RequestNumber, Upload> uploads_;
  std::map<RequestNumber, bool> answers_;

  Task task_;
  std::coroutine_handle<> waiting_;
  bool begun_ = false;  // the program has been resumed once
  bool running_ = false;
  Until until_;
  std::optional<Instant> alarm_;
};

}  // namespace sim
