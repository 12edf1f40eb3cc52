// The lock service once more, as simple as can be: plain lists, everything looked for where it is needed.
// Written from what command.hpp and reply.hpp promise, for comparison with the machine.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "core/lock/machine.hpp"

namespace lock {

class Model {
 public:
  explicit Model(Limits limits) : limits_(limits) {}

  // What is refused says no reason, and a deadlock no cycle.
  Applied apply(LogTime stamp, const std::vector<Command>& commands);
  NameView view(const std::string& name, LogTime now) const;
  AuditTrail audit(const std::string& name, LogTime now) const;
  bool waits(SessionId session, Sequence sequence) const;
  // Whether somebody waits for what he might have.
  bool somebody_waits_in_vain() const;

 private:
  struct Client {
    Millis ttl{0};
    std::string who;
    SessionId owner;
    LogTime end;
    Sequence acknowledged, overflowed;
    std::map<Sequence, Reply> outcomes;
    std::map<Sequence, std::string> ended;  // names of stored OnceEnded
    std::vector<std::tuple<Token, Sequence, std::string>> taken;
  };
  struct Request {
    SessionId session;
    Sequence sequence;
    SessionId owner;
    std::vector<Wanted> locks;
    std::int32_t level = 0;
    std::uint64_t arrival = 0;
    std::optional<Millis> detached, max_hold;
    std::string note;
    Millis delay{0};
    bool newest = false, once = false;
  };
  struct Grant {
    SessionId owner;
    std::string who, note;
    LogTime since;
    std::vector<Wanted> locks;
    std::vector<std::tuple<SessionId, Sequence, bool>> entries;
    std::optional<LogTime> detached_end, max_end;
    Millis delay{0};
    bool once = false;
  };
  struct Ban {
    LogTime until;
    std::set<std::string> names;
    bool confirmable = false;
  };
  struct Note {
    std::uint64_t number;
    std::string name, what;
    Token token;
    std::string who, why;
    LogTime at;
  };
  struct Status {
    Record record;  // without ages
    LogTime written;
    std::optional<LogTime> end;
    Token attempt_token;
    std::optional<Once> once;
    std::vector<std::pair<LateResult, LogTime>> late;
    std::uint64_t touched = 0;
  };
  using MaybeReply = std::optional<Reply>;

  void expire();
  Reply carry_out(const Command& command);
  Reply open(const OpenSession& request);
  Reply sequenced(const Sequenced& request);
  MaybeReply execute(SessionId id, Sequence sequence, const Operation& operation);
  MaybeReply acquire(SessionId id, Sequence sequence, const Acquire& request);
  MaybeReply reenter(SessionId id, const Request& request);
  MaybeReply pursue(Request request, bool wait, bool barge, const Once* once);
  MaybeReply once(SessionId id, Sequence sequence, const Once& request);
  Reply finish(SessionId id, const FinishOnce& request);
  Reply set_status(SessionId id, const SetStatus& request);
  Reply clear(SessionId id, const ClearStatus& request);
  Reply release(SessionId id, const Release& request);
  Reply leave(SessionId id, const Leave& request);
  Reply break_hold(SessionId id, const Break& request);
  Reply renew(const Renew& request);
  Reply downgrade(const Downgrade& request);
  Reply cancel(SessionId id, Sequence sequence, const Cancel& request);
  Reply recover(const Recover& request);

  void end_session(SessionId id, bool expired);
  void end_hold(Token token, EndReason reason, SessionId session, const std::string& why,
                const std::string& taken, SessionId knows, bool finished = false);
  void drop(const Request& request);
  void settle();
  Granted grant(const Request& request, bool waited);
  bool hindered(const Request& request, const Wanted& wanted, bool by_waiters) const;
  bool grantable(const Request& request, bool by_waiters = true) const;
  std::vector<const Request*> before(const Request& request) const;
  bool deadlocked(SessionId owner) const;
  std::set<SessionId> hindering(const Request& request, const std::set<SessionId>& stuck) const;
  bool owner_waits(SessionId owner) const;
  std::set<std::string> names_in_use() const;
  Lease lease(const Grant& hold, SessionId session, bool detached) const;
  LogTime end_of(const Grant& hold) const;
  void note(const std::string& name, const std::string& what, Token token, const std::string& who,
            const std::string& why);
  void answer_late(SessionId id, Sequence sequence, const Reply& reply, const std::string& once_name = {});
  Reply tell(const Client& client, Sequence sequence) const;

  Revision put(const std::string& name, Status status, SessionId session);
  void erase(const std::string& name, SessionId session, const std::string& who);
  bool make_room(const std::string& name, std::size_t bytes, bool really);
  OnceEnded ended_as(const Status& status) const;
  void conclude(const std::string& name);
  void see_to_pending(const std::string& name);
  Grant* live(const std::string& name, Token token);

  Limits limits_;
  LogTime now_;
  std::uint64_t sessions_ = 0, tokens_ = 0, revisions_ = 0, arrivals_ = 0, touches_ = 0, notes_ = 0;
  std::optional<LogTime> rest_;
  std::map<SessionId, Client> clients_;
  std::vector<Request> line_;
  std::map<Token, Grant> holds_;
  std::map<Token, Ban> bans_;
  std::map<std::string, Status> records_;
  std::vector<Note> trail_;
  std::set<std::string> freed_;
  Applied out_;
};

}  // namespace lock
