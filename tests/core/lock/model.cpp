#include "model.hpp"

#include <algorithm>

#include "core/base/overload.hpp"
#include "model_words.hpp"

namespace lock {

using namespace modelled;

Applied Model::apply(LogTime stamp, const std::vector<Command>& commands) {
  out_ = {};
  now_ = stamp;
  expire();
  for (std::size_t i = 0; i < commands.size(); ++i) {
    Answer answer{i, {}, {}, {}};
    std::visit(base::Overload{[&](const KeepAlive& c) { answer.session = c.session; },
                              [&](const CloseSession& c) { answer.session = c.session; },
                              [&](const Sequenced& c) {
                                answer.session = c.session;
                                answer.sequence = c.sequence;
                              },
                              [](const auto&) {}},
               commands[i]);
    answer.reply = carry_out(commands[i]);
    settle();
    out_.answers.push_back(answer);
  }
  return out_;
}

void Model::expire() {
  using Due = std::tuple<LogTime, int, std::uint64_t>;
  for (;;) {
    std::optional<Due> first;
    std::string record;
    const auto consider = [&](std::optional<LogTime> end, int kind, std::uint64_t id) {
      if (!end || *end > now_ || (first && *first < Due(*end, kind, id))) return false;
      first = Due(*end, kind, id);
      return true;
    };
    for (const auto& [id, client] : clients_) consider(client.end, 0, id.value);
    for (const auto& [token, hold] : holds_) {
      consider(hold.detached_end, 1, token.value);
      consider(hold.max_end, 2, token.value);
    }
    for (const auto& [name, status] : records_) {
      if (consider(status.end, 3, status.record.revision.value)) record = name;
    }
    for (const auto& [token, ban] : bans_) consider(ban.until, 4, token.value);
    if (!first) break;
    const auto [end, kind, id] = *first;
    if (kind == 0) end_session(SessionId(id), true);
    if (kind == 1) {
      auto& hold = holds_.at(Token(id));
      SessionId last;
      std::erase_if(hold.entries, [&](const auto& entry) {
        if (std::get<2>(entry)) last = std::get<0>(entry);
        return std::get<2>(entry);
      });
      hold.detached_end.reset();
      if (hold.entries.empty()) end_hold(Token(id), EndReason::lease_expired, last, {}, {}, {});
    }
    if (kind == 2) {
      const auto last = std::get<0>(holds_.at(Token(id)).entries.back());
      end_hold(Token(id), EndReason::over_max, last, {}, "over its maximum hold", {});
    }
    if (kind == 3) erase(record, {}, {});
    if (kind == 4) {
      freed_.merge(bans_.at(Token(id)).names);
      bans_.erase(Token(id));
    }
  }
  if (rest_ && *rest_ <= now_) {
    rest_.reset();
    for (const auto& request : line_) {
      for (const auto& lock : request.locks) freed_.insert(lock.name);
    }
  }
  settle();
}

Reply Model::carry_out(const Command& command) {
  return std::visit(base::Overload{
                        [&](const OpenSession& c) { return open(c); },
                        [&](const KeepAlive& c) -> Reply {
                          const auto at = clients_.find(c.session);
                          if (at == clients_.end()) return SessionExpired{};
                          at->second.end = now_ + at->second.ttl;
                          KeptAlive kept{Lease{now_, at->second.end}};
                          for (const auto& [token, acquire, why] : at->second.taken) {
                            if (kept.taken.empty() || kept.taken.back().token != token)
                              kept.taken.push_back({token, why});
                          }
                          return kept;
                        },
                        [&](const CloseSession& c) -> Reply {
                          if (!clients_.contains(c.session)) return SessionExpired{};
                          end_session(c.session, false);
                          return SessionClosed{};
                        },
                        [&](const Sequenced& c) { return sequenced(c); },
                        [&](const Recover& c) { return recover(c); },
                        [&](const Configure& c) -> Reply {
                          Limits limits = limits_;
                          for (const auto& setting : c.settings) {
                            if (!apply_setting(limits, setting)) return Refused{};
                          }
                          limits_ = limits;
                          return Settings{settings_of(limits_)};
                        },
                    },
                    command);
}

Reply Model::open(const OpenSession& request) {
  if (request.ttl < limits_.ttl_min || request.ttl > limits_.ttl_max || clients_.size() >= limits_.sessions)
    return Refused{};
  const SessionId id(++sessions_);
  const auto parent = clients_.find(request.parent);
  Client client{request.ttl,
                request.who,
                parent == clients_.end() ? id : parent->second.owner,
                now_ + request.ttl,
                {},
                {},
                {},
                {},
                {}};
  clients_[id] = client;
  return SessionOpened{id, {now_, client.end}};
}

Reply Model::recover(const Recover& request) {
  tokens_ = std::max(tokens_, request.epoch_floor);
  const LogTime end = now_ + request.no_grants_for;
  if (end > now_) rest_ = std::max(rest_.value_or(end), end);
  Status status;
  if (const auto old = records_.find("lockd/recovered"); old != records_.end()) status = old->second;
  status.record.state = "done";
  status.record.value = bytes(request.note);
  status.record.writer = "lockd recover";
  status.end = now_ + limits_.record_ttl_max;
  return StatusSet{put("lockd/recovered", status, {})};
}

Reply Model::tell(const Client& client, Sequence sequence) const {
  Reply reply = client.outcomes.at(sequence);
  if (auto* ended = std::get_if<OnceEnded>(&reply)) {
    const auto record = records_.find(client.ended.at(sequence));
    const bool there = record != records_.end() && record->second.record.revision == ended->revision;
    ended->output = there ? record->second.record.value : base::Bytes();
    ended->cut = !there || record->second.record.cut;
  }
  return reply;
}

Reply Model::sequenced(const Sequenced& request) {
  const auto at = clients_.find(request.session);
  if (at == clients_.end()) return SessionExpired{};
  Client& client = at->second;
  if (request.acknowledged > client.acknowledged) {
    client.acknowledged = request.acknowledged;
    std::erase_if(client.outcomes, [&](const auto& o) { return o.first <= client.acknowledged; });
    const auto line = line_;
    for (const auto& waiting : line) {
      if (waiting.session != request.session || waiting.sequence > client.acknowledged) continue;
      drop(waiting);
      out_.answers.push_back({std::nullopt, request.session, waiting.sequence, Cancelled{}});
    }
    settle();
  }
  const auto waits_now = [&] { return waits(request.session, request.sequence); };
  if (request.sequence <= client.acknowledged) return StaleSequence{};
  if (client.outcomes.contains(request.sequence)) return tell(client, request.sequence);
  if (waits_now()) return Queued{};
  const auto waiting = std::count_if(line_.begin(), line_.end(),
                                     [&](const Request& r) { return r.session == request.session; });
  if (request.sequence > client.overflowed &&
      client.outcomes.size() + static_cast<std::size_t>(waiting) >= limits_.replies_per_session)
    client.overflowed = request.sequence;
  if (request.sequence <= client.overflowed) return Refused{};
  const auto reply = execute(request.session, request.sequence, request.operation);
  if (!reply) return Queued{};
  // Anew: what was tried and given up has put everything back.
  Client& asker = clients_.at(request.session);
  asker.outcomes[request.sequence] = *reply;
  if (!std::holds_alternative<OnceEnded>(*reply)) return *reply;
  const auto* asked = std::get_if<Once>(&request.operation);
  asker.ended[request.sequence] =
      asked != nullptr ? asked->name : asker.ended.at(std::get<Cancel>(request.operation).acquire);
  return tell(asker, request.sequence);
}

Model::MaybeReply Model::execute(SessionId id, Sequence sequence, const Operation& operation) {
  return std::visit(base::Overload{
                        [&](const Acquire& r) { return acquire(id, sequence, r); },
                        [&](const Release& r) -> MaybeReply { return release(id, r); },
                        [&](const Renew& r) -> MaybeReply { return renew(r); },
                        [&](const Cancel& r) -> MaybeReply { return cancel(id, sequence, r); },
                        [&](const SetStatus& r) -> MaybeReply { return set_status(id, r); },
                        [&](const ClearStatus& r) -> MaybeReply { return clear(id, r); },
                        [&](const Leave& r) -> MaybeReply { return leave(id, r); },
                        [&](const Downgrade& r) -> MaybeReply { return downgrade(r); },
                        [&](const Break& r) -> MaybeReply { return break_hold(id, r); },
                        [&](const Once& r) { return once(id, sequence, r); },
                        [&](const FinishOnce& r) -> MaybeReply { return finish(id, r); },
                    },
                    operation);
}

Reply Model::cancel(SessionId id, Sequence sequence, const Cancel& request) {
  Client& client = clients_.at(id);
  if (request.acquire >= sequence) return Refused{};
  if (request.acquire <= client.acknowledged) return StaleSequence{};
  if (client.outcomes.contains(request.acquire)) return client.outcomes.at(request.acquire);
  const auto at = std::find_if(line_.begin(), line_.end(), [&](const Request& r) {
    return r.session == id && r.sequence == request.acquire;
  });
  if (at == line_.end() && request.acquire <= client.overflowed) return Refused{};
  client.outcomes[request.acquire] = Cancelled{};
  if (at != line_.end()) {
    drop(Request(*at));
    out_.answers.push_back({std::nullopt, id, request.acquire, Cancelled{}});
  }
  return Cancelled{};
}

}  // namespace lock
