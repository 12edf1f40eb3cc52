// The model's records, and jobs that are done once.
#include <algorithm>

#include "model.hpp"

namespace lock {
namespace {

bool finished(const std::string& state) {
  return state == "done" || state == "failed" || state == "lost";
}

}  // namespace

Model::MaybeReply Model::once(SessionId id, Sequence sequence, const Once& request) {
  if (request.keep < limits_.ttl_min || request.keep > limits_.record_ttl_max || request.attempts == 0)
    return Refused{};
  if (const auto at = records_.find(request.name); at != records_.end()) {
    Status& status = at->second;
    if (!status.once) return Refused{};
    const Once& first = *status.once;
    const bool differs = first.keep != request.keep || first.attempts != request.attempts ||
                         first.on_fail != request.on_fail ||
                         (!first.input.empty() && !request.input.empty() && first.input != request.input);
    if (differs) return Refused{};
    if (finished(status.record.state)) {
      status.touched = ++touches_;
      return ended_as(status);
    }
  }
  for (const auto& [token, hold] : holds_) {
    if (hold.owner != clients_.at(id).owner) continue;
    for (const auto& lock : hold.locks) {
      if (lock.name == request.name) return Refused{};
    }
  }
  Request wish{id,
               sequence,
               clients_.at(id).owner,
               {{request.name, Exclusive{}}},
               0,
               0,
               {},
               {},
               request.note,
               Millis(0),
               false,
               true};
  return pursue(wish, request.wait, false, &request);
}

OnceEnded Model::ended_as(const Status& status) const {
  const Record& record = status.record;
  return OnceEnded{
      record.state,  record.code.value_or(0), {}, false, static_cast<std::uint32_t>(record.attempt),
      record.writer, record.revision};
}

void Model::conclude(const std::string& name) {
  const Status status = records_.at(name);
  if (!finished(status.record.state)) return see_to_pending(name);
  for (const auto& request : std::vector<Request>(line_)) {
    if (!request.once || request.locks.front().name != name) continue;
    std::erase_if(line_, [&](const Request& r) { return r.arrival == request.arrival; });
    answer_late(request.session, request.sequence, ended_as(status), name);
  }
  freed_.insert(name);
}

void Model::see_to_pending(const std::string& name) {
  const auto at = records_.find(name);
  if (at == records_.end() || at->second.record.state != "pending" || !at->second.once) return;
  const bool awaited = std::any_of(line_.begin(), line_.end(), [&](const Request& request) {
    return request.once && request.locks.front().name == name;
  });
  if (awaited) {
    at->second.end.reset();
  } else if (!at->second.end) {
    at->second.end = now_ + at->second.once->keep;
  }
}

Reply Model::finish(SessionId id, const FinishOnce& request) {
  Client& client = clients_.at(id);
  const Grant* hold = live(request.name, request.token);
  if (hold == nullptr) {
    if (const auto at = records_.find(request.name); at != records_.end()) {
      auto& late = at->second.late;
      late.push_back({LateResult{request.token, request.code, client.who, Millis(0)}, now_});
      if (late.size() > 4) late.erase(late.begin());
    }
    out_.events.push_back(StaleTokenRefused{request.name, request.token, id});
    return StaleToken{};
  }
  if (!hold->once) return Refused{};
  std::erase_if(client.taken, [&](const auto& t) { return std::get<0>(t) == request.token; });
  const std::string runner = hold->who;
  end_hold(request.token, EndReason::released, std::get<0>(hold->entries.back()), {},
           "released by " + client.who, id, true);
  Status status = records_.at(request.name);
  Record& record = status.record;
  const bool again =
      request.code != 0 && status.once->on_fail == OnFail::next && record.attempt < status.once->attempts;
  record.state = request.code == 0 ? "done" : again ? "pending" : "failed";
  record.code = request.code;
  record.writer = runner;
  if (!again) {
    const bool fits = make_room(request.name, request.output.size(), true);
    record.value = fits ? request.output : base::Bytes();
    record.cut = request.cut || !fits;
  }
  status.end = now_ + status.once->keep;
  const OnceFinished reply{record.state, put(request.name, status, id)};
  conclude(request.name);
  return reply;
}

Reply Model::set_status(SessionId id, const SetStatus& request) {
  const std::string letters = "abcdefghijklmnopqrstuvwxyz0123456789_-";
  if (request.state.empty() || request.state.find_first_not_of(letters) != std::string::npos)
    return Refused{};
  if (request.ttl < limits_.ttl_min || request.ttl > limits_.record_ttl_max) return Refused{};
  if (request.token && live(request.name, *request.token) == nullptr) {
    out_.events.push_back(StaleTokenRefused{request.name, *request.token, id});
    return StaleToken{};
  }
  const auto at = records_.find(request.name);
  if (at != records_.end() && at->second.once) return Refused{};
  const Revision actual = at == records_.end() ? Revision() : at->second.record.revision;
  if (request.if_revision && *request.if_revision != actual) return RevisionMismatch{actual};
  Status status;
  if (at != records_.end()) {
    status.late = at->second.late;
    status.attempt_token = at->second.attempt_token;
    status.record.attempt = at->second.record.attempt;
  }
  if (!make_room(request.name, request.value.size(), true)) return Refused{};
  status.record.state = request.state;
  status.record.code = request.code;
  status.record.value = base::Bytes(request.value);
  status.record.writer = clients_.at(id).who;
  status.record.token = request.token;
  if (request.token && *request.token != status.attempt_token) {
    status.attempt_token = *request.token;
    ++status.record.attempt;
  }
  status.end = now_ + request.ttl;
  return StatusSet{put(request.name, status, id)};
}

Reply Model::clear(SessionId id, const ClearStatus& request) {
  const auto at = records_.find(request.name);
  if (at == records_.end()) return StatusCleared{false};
  if (at->second.once && !finished(at->second.record.state)) return Refused{};
  erase(request.name, id, clients_.at(id).who);
  return StatusCleared{true};
}

Revision Model::put(const std::string& name, Status status, SessionId session) {
  Record& record = status.record;
  record.revision = Revision(++revisions_);
  status.written = now_;
  status.touched = ++touches_;
  records_[name] = status;
  out_.events.push_back(StatusChanged{name, record.state, record.revision, record.token, session,
                                      base::Bytes(record.writer), record.code});
  return record.revision;
}

void Model::erase(const std::string& name, SessionId session, const std::string& who) {
  out_.events.push_back(StatusChanged{
      name, {}, records_.at(name).record.revision, std::nullopt, session, base::Bytes(who), {}});
  records_.erase(name);
}

bool Model::make_room(const std::string& name, std::size_t value_bytes, bool really) {
  const auto bytes_of = [](const auto& element) {
    return element.first.size() + element.second.record.value.size();
  };
  auto kept = records_;
  std::size_t before = 0;
  for (const auto& element : kept) before += bytes_of(element);
  const bool is_new = !kept.contains(name);
  kept[name].record.value = base::Bytes(std::string(value_bytes, 'x'));
  const auto fits = [&] {
    std::size_t after = 0;
    for (const auto& element : kept) after += bytes_of(element);
    return (kept.size() <= limits_.records || !is_new) && (after <= limits_.record_bytes || after <= before);
  };
  std::vector<std::string> gone;
  while (!fits()) {
    const Status* oldest = nullptr;
    std::string which;
    for (const auto& [other, status] : kept) {
      const bool held = std::any_of(holds_.begin(), holds_.end(), [&, whose = other](const auto& hold) {
        return std::any_of(hold.second.locks.begin(), hold.second.locks.end(),
                           [&](const Wanted& lock) { return lock.name == whose; });
      });
      if (other == name || held || !finished(status.record.state)) continue;
      if (oldest != nullptr && oldest->touched < status.touched) continue;
      oldest = &status;
      which = other;
    }
    if (!limits_.evict_lru || oldest == nullptr) return false;
    gone.push_back(which);
    kept.erase(which);
  }
  for (const auto& other : gone) {
    if (really) erase(other, {}, {});
  }
  return true;
}

}  // namespace lock
