// A client and the few words that its tests are told in: what it did last, and what its server says.
#pragma once

#include <gtest/gtest.h>
#include <string>
#include <utility>
#include <vector>

#include "core/base/check.hpp"
#include "core/client/client.hpp"

namespace client {

using namespace std::chrono_literals;

inline lock::Lease lease(std::uint64_t stamp, std::uint64_t end) {
  return {{stamp}, {end}};
}

inline Config config() {
  Config c;
  c.endpoints = {"a:1", "b:1", "c:1"};
  c.session_ttl = lock::Millis(15'000);
  c.who = "test";
  c.seed = 7;
  return c;
}

struct Script {
  explicit Script(Config c = config()) : client(std::move(c)) {}

  // Keeps all that was finished and sent; `last` is the step's own.
  void step(const Input& input) {
    last = client.step(now, input);
    for (const auto& f : last.finished) finished.push_back(f);
    for (const auto& s : last.sends) sent.push_back(s);
    for (const auto& n : last.noticed) noticed.push_back(n);
    for (const auto& l : last.lost) lost.push_back(l);
    for (const auto& c : last.connects) {
      link = c.link;
      endpoint = c.endpoint;
      connects += 1;
    }
  }
  CallId begin(Question question, std::optional<Duration> within = {}) {
    last_call = last_call.next();
    step(Begin{last_call, std::move(question), within});
    return last_call;
  }
  CallId operate(lock::Operation operation, std::optional<Duration> within = {}) {
    return begin(std::move(operation), within);
  }
  CallId ask(lock::Query query, std::optional<Duration> within = {}) {
    return begin(std::move(query), within);
  }
  void pass(Duration d) {
    now = now + d;
    step(TimerFired{});
  }
  void connected() { step(Connected{link}); }
  void disconnected() { step(Disconnected{link}); }
  // Steps on until the client has asked for a connection, and grants it.
  void reconnect() {
    const auto before = connects;
    for (int i = 0; i < 50 && connects == before; ++i) {
      if (!last.wake_at) break;
      now = std::max(now, *last.wake_at);
      step(TimerFired{});
    }
    ASSERT_GT(connects, before);
    connected();
  }

  template <class T>
  static const T* as(const Send& send) {
    const auto* command = std::get_if<lock::Command>(&send.request);
    return command ? std::get_if<T>(command) : nullptr;
  }
  template <class T>
  static const T* as_operation(const Send& send) {
    const auto* sequenced = as<lock::Sequenced>(send);
    return sequenced ? std::get_if<T>(&sequenced->operation) : nullptr;
  }
  template <class T>
  static const T* as_query(const Send& send) {
    const auto* query = std::get_if<lock::Query>(&send.request);
    return query ? std::get_if<T>(query) : nullptr;
  }
  // The newest that was ever sent.
  template <class T>
  const Send* newest() const {
    for (auto it = sent.rbegin(); it != sent.rend(); ++it) {
      if (as<T>(*it)) return &*it;
    }
    return nullptr;
  }
  template <class T>
  const Send* newest_operation() const {
    for (auto it = sent.rbegin(); it != sent.rend(); ++it) {
      if (as_operation<T>(*it)) return &*it;
    }
    return nullptr;
  }
  template <class T>
  const Send* newest_query() const {
    for (auto it = sent.rbegin(); it != sent.rend(); ++it) {
      if (as_query<T>(*it)) return &*it;
    }
    return nullptr;
  }

  void reply(const Send* to, lock::Reply r) {
    CHECK(to);
    const Received received{to->link, to->call, std::move(r)};
    step(received);
  }
  // An open session, its lease counted from log time 1000.
  void open_session(std::uint64_t id = 1) {
    reply(newest<lock::OpenSession>(), lock::SessionOpened{lock::SessionId(id), lease(1000, 16'000)});
  }

  const Finished* outcome(CallId call) const {
    for (const auto& f : finished) {
      if (f.call == call) return &f;
    }
    return nullptr;
  }
  template <class T>
  const T* replied(CallId call) const {
    const auto* f = outcome(call);
    const auto* r = f ? std::get_if<lock::Reply>(&f->outcome) : nullptr;
    return r ? std::get_if<T>(r) : nullptr;
  }
  template <class T>
  bool ended(CallId call) const {
    const auto* f = outcome(call);
    return f && std::holds_alternative<T>(f->outcome);
  }

  Client client;
  Instant now{1000s};
  LinkId link;
  std::string endpoint;
  std::size_t connects = 0;
  CallId last_call;
  Effects last;
  std::vector<Finished> finished;
  std::vector<Send> sent;
  std::vector<Noticed> noticed;
  std::vector<Lost> lost;
};

inline lock::Acquire acquire(std::string name = "a") {
  return {{{std::move(name)}}, true, std::nullopt, {}};
}
inline lock::Acquire acquire_detached(std::string name = "a") {
  return {{{std::move(name)}}, true, lock::Millis(60'000), {}};
}
inline lock::Acquire acquire_all(std::vector<std::string> names) {
  lock::Acquire a;
  for (auto& name : names) a.locks.push_back({std::move(name), lock::Exclusive{}});
  return a;
}
inline lock::Once once(std::string name) {
  lock::Once o;
  o.name = std::move(name);
  return o;
}
inline lock::SetStatus set_status(std::string name = "a") {
  lock::SetStatus s;
  s.name = std::move(name);
  s.state = "done";
  return s;
}
inline lock::Granted granted(std::uint64_t token, bool waited = false) {
  return {lock::Token(token), lease(2000, 17'000), waited};
}

// A session is open and one operation has been sent.
inline CallId sent_operation(Script& s, lock::Operation operation, std::optional<Duration> within = {}) {
  const auto call = s.operate(std::move(operation), within);
  if (s.link == LinkId() || s.client.session() == std::nullopt) {
    s.connected();
    s.open_session();
  }
  return call;
}

}  // namespace client
