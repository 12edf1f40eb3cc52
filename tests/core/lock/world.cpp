#include "world.hpp"

#include <stdexcept>

namespace lock {

Reply World::apply(const Command& command) {
  auto applied = machine.apply(now, {command});
  machine.check();
  std::optional<Reply> reply;
  for (const auto& answer : applied.answers) {
    if (answer.command == std::size_t{0}) reply = answer.reply;
  }
  collect(std::move(applied));
  return reply.value();
}

void World::pass(Millis time) {
  now = now + time;
  collect(machine.apply(now, {}));
  machine.check();
}

void World::collect(Applied applied) {
  events.insert(events.end(), applied.events.begin(), applied.events.end());
  for (auto& answer : applied.answers) {
    if (!answer.command) late_answers.push_back(std::move(answer));
  }
}

SessionId World::open(Millis ttl, const std::string& who, SessionId parent) {
  const auto session = std::get<SessionOpened>(apply(OpenSession{ttl, who, parent})).session;
  sequences_[session] = Sequence(0);
  return session;
}

Reply World::ask(SessionId session, const Operation& operation) {
  auto& sequence = sequences_.at(session);
  sequence = sequence.next();
  return ask_as(session, sequence.value, operation);
}

Reply World::ask_as(SessionId session, std::uint64_t sequence, const Operation& operation,
                    std::uint64_t acknowledged) {
  return apply(Sequenced{session, Sequence(sequence), Sequence(acknowledged), operation});
}

Token World::take(SessionId session, const std::string& name) {
  return std::get<Granted>(ask(session, try_for(name))).token;
}

Token World::take_detached(SessionId session, const std::string& name, Millis ttl) {
  return std::get<Granted>(ask(session, detached(name, ttl))).token;
}

std::optional<Holder> World::holder(const std::string& name) const {
  const auto view = machine.view(name, now);
  if (view.holders.empty()) return std::nullopt;
  return view.holders.front();
}

bool World::has(SessionId session, Sequence sequence) const {
  const auto reply = late(session, sequence);
  return reply && std::holds_alternative<Granted>(*reply);
}

std::optional<Reply> World::late(SessionId session, Sequence sequence) const {
  std::optional<Reply> found;
  for (const auto& answer : late_answers) {
    if (answer.session != session || answer.sequence != sequence) continue;
    if (found) throw std::logic_error("two late answers to one request");
    found = answer.reply;
  }
  return found;
}

testing::Matcher<const Reply&> refused_because(const std::string& part) {
  return testing::VariantWith<Refused>(testing::Field(&Refused::why, testing::HasSubstr(part)));
}

Acquire acquire(std::vector<Wanted> locks, Queueing queueing) {
  Acquire request;
  request.locks = std::move(locks);
  request.queueing = queueing;
  return request;
}
Acquire wait_for(const std::string& name) {
  return acquire({{name, Exclusive{}}});
}
Acquire try_for(const std::string& name) {
  auto request = wait_for(name);
  request.wait = false;
  return request;
}
Acquire detached(const std::string& name, Millis ttl) {
  auto request = try_for(name);
  request.detached = ttl;
  return request;
}

LockGranted granted(const std::string& name, Token token, SessionId session, const std::string& who) {
  return LockGranted{name, token, session, base::Bytes(who)};
}
HoldEnded ended(const std::string& name, Token token, SessionId session, EndReason reason,
                const std::string& who) {
  return HoldEnded{name, token, session, reason, base::Bytes(who)};
}

SetStatus write(const std::string& name, const std::string& state) {
  SetStatus request;
  request.name = name;
  request.state = state;
  return request;
}

}  // namespace lock
