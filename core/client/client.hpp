// The client protocol without I/O: one session, retries, leader finding, the local end of a lease. lockctl
// and every simulated client run this code.
//
// A call is one question of the user. It lives until its one Outcome; whatever happens to connections and
// leaders in between is retried here, under the same (session, sequence), so that nothing is done twice.
//
// There is one link at a time, to the server that presumably leads. What stands unanswered is asked again on
// every new link. Of a session's operations at most half as many as the servers keep replies for may lie
// beyond the acknowledged mark; more wait here. So an Acquire that waits lets only so many others pass it.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <variant>

#include "core/client/link.hpp"
#include "core/client/session.hpp"
#include "core/client/types.hpp"
#include "core/client/window.hpp"

namespace client {

class Client {
 public:
  explicit Client(Config config);

  Effects step(Instant now, const Input& input);

  // The session, once there is one.
  std::optional<lock::SessionId> session() const;
  // Until when every hold bound to the session certainly stands: the local time before the first send of the
  // last acknowledged renewal, plus what of the lease is believed (session.hpp). Nothing: there is no
  // session, or it has expired.
  std::optional<Instant> session_deadline() const;
  // Before this local instant the log clock certainly has not reached `time`. Measured against the renewal,
  // or opening of a session, that tells most of it; where it may have been reached already, some instant that
  // has passed. Nothing before the first of them.
  std::optional<Instant> when(lock::LogTime time) const;
  // Until when a hold bound to the session certainly stands, where it ends by `ends_by` at the latest
  // (Granted::ends_by). It moves on with every renewal. Nothing without a session.
  std::optional<Instant> hold_deadline(std::optional<lock::LogTime> ends_by) const;

 private:
  struct Turn {
    Instant now;
    Effects effects;
  };

  struct Call {
    Question question;
    std::optional<Instant> until;
    lock::Consistency consistency = lock::Consistency::linearizable;
    lock::Sequence sequence;          // of an Operation, once it has one
    bool after_close = false;         // an Operation that was begun while the session was closing
    std::optional<Asked> asked = {};  // of a Query or CloseSession
    std::uint32_t in_doubt = 0;       // of a CloseSession or an Admin, as in Numbered
  };
  // An Acquire or Once that is being taken back.
  struct Undo {
    std::vector<std::string> names;
    bool detached = false;
    std::optional<CallId>
        call;  // nothing: it has ended Unknown, and what it may have got is given back all the same
    std::optional<Undone> granted;
  };

  // What a number on the wire stands for. Forgotten with the link.
  struct ForOpening {
    Instant sent;
  };
  struct ForKeepAlive {
    Instant sent;
  };
  struct ForProbe {};
  struct ForSequence {
    lock::Sequence sequence;
  };
  struct ForCall {
    CallId call;
  };
  using Purpose = std::variant<ForOpening, ForKeepAlive, ForProbe, ForSequence, ForCall>;

  // client.cpp: inputs and timers.
  void begin(Turn& turn, const Begin& begin);
  void disconnected(Turn& turn, LinkId link);
  void received(Turn& turn, const Received& received);
  void run_deadlines(Turn& turn);
  void run_link(Turn& turn);
  bool wanted() const;
  bool closing() const;
  std::optional<Instant> silence_ends() const;
  std::optional<Instant> wake_at() const;

  // asking.cpp: what goes out on a link.
  void ask(Turn& turn);
  void ask_session(Turn& turn);
  void ask_operations(Turn& turn);
  void ask_queries(Turn& turn);
  void ask_admin(Turn& turn);
  void ask_close(Turn& turn);
  void probe(Turn& turn);
  void number_operations();
  bool is_taken_back(const Call& call) const;
  void send(Turn& turn, Purpose purpose, lock::Request request,
            lock::Consistency consistency = lock::Consistency::linearizable);
  bool due(const std::optional<Asked>& asked, Instant now) const;
  Asked asked_now(Instant now, bool final_due) const;
  bool needs_probe() const;
  void link_lost();

  // answers.cpp: what comes in. False: that can't be an answer to what was asked.
  bool answer(Turn& turn, const Purpose& purpose, const lock::Reply& reply);
  bool answer_opening(Turn& turn, const ForOpening& asked, const lock::Reply& reply);
  bool answer_keep_alive(Turn& turn, const ForKeepAlive& asked, const lock::Reply& reply);
  bool answer_sequence(Turn& turn, lock::Sequence sequence, const lock::Reply& reply);
  bool answer_call(Turn& turn, CallId id, const lock::Reply& reply);
  bool answer_watch(Turn& turn, CallId id, Call& call, const lock::Reply& reply);
  void not_proposed(const Purpose& purpose);
  void finish(Turn& turn, CallId call, Outcome outcome, std::optional<Instant> holds_until = {},
              std::optional<Undone> undone = {});
  std::optional<Instant> holds_until(const Numbered& numbered, const lock::Reply& reply) const;
  // The session is over: certainly at the servers, or only for this client.
  void session_gone(Turn& turn, bool certain);

  // endings.cpp: time-outs, and requests that are taken back.
  void time_out(Turn& turn, CallId call);
  void time_out_operation(Turn& turn, CallId id, Call& call);
  void take_back(lock::Sequence acquire, CallId call);
  bool answer_undo(Turn& turn, lock::Sequence acquire, const lock::Operation& asked,
                   const lock::Reply& reply);
  void give_back(Turn& turn, lock::Sequence acquire, lock::Token token);
  void undo_settled(Turn& turn, lock::Sequence acquire, Outcome outcome);
  void forget_requests(lock::Sequence acquire);

  Config config_;
  Link link_;
  Session session_;
  Window window_;
  std::map<CallId, Call> calls_;
  std::deque<CallId> waiting_;         // Operations without a sequence
  std::deque<Numbered> undo_waiting_;  // Cancels and Leaves without one
  std::map<lock::Sequence, Undo> undos_;
  std::optional<Asked> opening_asked_;  // while the session is being opened
  std::optional<Beat> probe_;           // while a status is waited for without a session
  std::map<std::uint64_t, Purpose> inflight_;
  std::uint64_t last_wire_call_ = 0;
};

}  // namespace client
