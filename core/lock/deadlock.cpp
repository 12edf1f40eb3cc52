// Whether a request would wait for itself.
//
// Owners wait for one another: a waiting request waits for every incompatible holder and every incompatible
// waiter before it of each of its names. Of a counted name it waits for permits: those who hold or come
// before it can't give it any once as many of them as there are permits are stuck themselves.
#include <algorithm>
#include <deque>
#include <map>
#include <set>

#include "core/lock/machine.hpp"
#include "core/lock/modes.hpp"

namespace lock {

class Machine::WaitsFor {
 public:
  WaitsFor(const Machine& machine, SessionId asker) : machine_(machine), asker_(asker) {}

  std::optional<Deadlock> find() {
    auto cycle = search(nullptr, true);
    if (!cycle || !meets_permits_) return cycle;
    // Some permit may come from elsewhere. Whoever can go on in the end is no part of a deadlock.
    search(nullptr, false);
    const auto stuck = stuck_among(reached_);
    return stuck.contains(asker_) ? search(&stuck, true) : std::nullopt;
  }

 private:
  struct Step {
    SessionId from;
    Deadlock::Link link;
  };
  // How much of a queue has been looked at, by those who want it in one mode.
  struct Seen {
    bool holders = false;
    std::array<std::size_t, 3> waiters{};
  };

  // The shortest way back to the asker, through those who are stuck where that is known. Or else everybody
  // whom he waits for in the end.
  std::optional<Deadlock> search(const std::set<SessionId>* stuck, bool for_a_cycle) {
    steps_.clear();
    seen_.clear();
    reached_ = {asker_};
    std::deque<SessionId> next{asker_};
    while (!next.empty()) {
      const SessionId from = next.front();
      next.pop_front();
      const bool closed = machine_.any_session_of(from, [&](SessionId, const Session& session) {
        for (const auto& [sequence, waiting] : session.waiting) {
          for (const Wanted& wanted : waiting.locks) {
            const Step step{from, {std::string(session.who.view()), wanted.name}};
            if (follow(step, wanted, waiting.place, stuck, next, for_a_cycle)) return true;
          }
        }
        return false;
      });
      if (closed) return cycle();
    }
    return std::nullopt;
  }

  // Whether it leads to the asker, where that is looked for: to reach everybody is to look at everybody.
  bool follow(const Step& step, const Wanted& wanted, WaitQueue::Place place,
              const std::set<SessionId>* stuck, std::deque<SessionId>& next, bool for_a_cycle) {
    const LockState& lock = machine_.locks_.at(wanted.name);
    Seen& seen = seen_[wanted.name];
    const bool counted = std::holds_alternative<Counted>(wanted.mode);
    meets_permits_ = meets_permits_ || counted;
    const auto visit = [&](SessionId owner) {
      if (stuck != nullptr && !stuck->contains(owner)) return false;
      if (owner == asker_) {
        steps_.insert_or_assign(asker_, step);
        return for_a_cycle;
      }
      if (reached_.insert(owner).second) {
        steps_.emplace(owner, step);
        next.push_back(owner);
      }
      return false;
    };
    const std::size_t end = lock.queue.ahead_of(place);
    const bool lacks_permits = counted && (stuck == nullptr || permits_are_stuck(lock, wanted, end, *stuck));
    const auto hinders = [&](const Mode& mode) { return lacks_permits || !go_together(mode, wanted.mode); };
    if (!lock.holders.empty() && !seen.holders && hinders(lock.holders.front().mode)) {
      seen.holders = true;
      for (const Holding& holding : lock.holders) {
        if (visit(holding.owner)) return true;
      }
    }
    auto& begin = seen.waiters[wanted.mode.index()];
    for (; begin < end; ++begin) {
      const auto& waiter = lock.queue.begin()[begin];
      if (hinders(waiter.mode) && visit(waiter.owner)) return true;
    }
    return false;
  }

  static bool permits_are_stuck(const LockState& lock, const Wanted& wanted, std::size_t ahead,
                                const std::set<SessionId>& stuck) {
    const auto is_stuck = [&](const auto& who) {
      return who.mode.index() == wanted.mode.index() && stuck.contains(who.owner);
    };
    const auto holding = std::count_if(lock.holders.begin(), lock.holders.end(), is_stuck);
    const auto waiting = std::count_if(lock.queue.begin(), lock.queue.begin() + ahead, is_stuck);
    return holding + waiting >= static_cast<std::ptrdiff_t>(std::get<Counted>(wanted.mode).limit);
  }

  Deadlock cycle() const {
    Deadlock deadlock;
    SessionId at = asker_;
    do {
      const Step& step = steps_.at(at);
      deadlock.cycle.push_back(step.link);
      at = step.from;
    } while (at != asker_);
    std::reverse(deadlock.cycle.begin(), deadlock.cycle.end());
    return deadlock;
  }

  // Of these, who can never go on unless another of them does.
  std::set<SessionId> stuck_among(std::set<SessionId> owners) const {
    std::set<std::string> names;
    for (const SessionId owner : owners) {
      machine_.any_session_of(owner, [&](SessionId, const Session& session) {
        for (const auto& [sequence, waiting] : session.waiting) {
          for (const Wanted& wanted : waiting.locks) names.insert(wanted.name);
        }
        return false;
      });
    }
    for (;;) {
      std::set<SessionId> hindered;
      for (const auto& name : names) add_hindered(machine_.locks_.at(name), owners, hindered);
      const std::size_t before = owners.size();
      std::erase_if(owners, [&](SessionId owner) { return !hindered.contains(owner); });
      if (owners.size() == before) return owners;
    }
  }

  // Those in line whom a stuck one hinders here.
  static void add_hindered(const LockState& lock, const std::set<SessionId>& stuck,
                           std::set<SessionId>& hindered) {
    std::array<std::size_t, 3> stuck_before{};
    for (const Holding& holding : lock.holders)
      stuck_before[holding.mode.index()] += stuck.contains(holding.owner) ? 1 : 0;
    for (const auto& waiter : lock.queue) {
      const auto* counted = std::get_if<Counted>(&waiter.mode);
      std::size_t against = 0;
      for (std::size_t mode = 0; mode < stuck_before.size(); ++mode) {
        if (mode == 0 || mode != waiter.mode.index()) against += stuck_before[mode];
      }
      if (counted != nullptr && stuck_before[waiter.mode.index()] >= counted->limit) ++against;
      if (against > 0) hindered.insert(waiter.owner);
      stuck_before[waiter.mode.index()] += stuck.contains(waiter.owner) ? 1 : 0;
    }
  }

  const Machine& machine_;
  const SessionId asker_;
  std::map<SessionId, Step> steps_;  // how each owner was reached first
  std::map<std::string, Seen> seen_;
  std::set<SessionId> reached_;
  bool meets_permits_ = false;
};

std::optional<Deadlock> Machine::find_deadlock(SessionId owner) const {
  return WaitsFor(*this, owner).find();
}

bool Machine::owner_waits(const Caller& caller) const {
  if (!caller.session.waiting.empty()) return true;
  if (caller.session.owner == caller.id && !families_.contains(caller.id)) return false;
  return any_session_of(caller.session.owner,
                        [](SessionId, const Session& session) { return !session.waiting.empty(); });
}

// Nobody waits for whoever holds nothing, and stands behind everybody; unless he waited before.
bool Machine::may_close_a_cycle(const Caller& caller, const Waiting& wish) const {
  const bool alone = caller.session.owner == caller.id && !families_.contains(caller.id);
  return !alone || !caller.session.entries.empty() || caller.session.waiting.size() > 1 ||
         somebody_stands_behind(wish);
}

}  // namespace lock
