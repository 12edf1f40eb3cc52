#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "sim/check/drawing.hpp"
#include "sim/check/linearizability.hpp"

namespace check {

namespace {

NotLinearizable complaint(const Operation& first, const Operation& second, std::string why) {
  History core{first, second};
  auto drawing = draw(core);
  return {second.key, std::move(why), std::move(core), std::move(drawing)};
}

std::string who(const Operation& operation) {
  return "client " + std::to_string(operation.client) + " on " + operation.key;
}

// Of a grant that is no re-entry.
std::optional<Token> token_of(const Operation& operation) {
  if (const auto* run = outcome<Run>(operation)) return run->token;
  const auto* granted = outcome<Granted>(operation);
  return granted && granted->entries == 1 ? std::optional(granted->token) : std::nullopt;
}

// The parts of one request for several names.
bool are_one_request(const Operation& a, const Operation& b) {
  return a.group && b.group && a.client == b.client && a.start == b.start && a.end == b.end && a.key != b.key;
}

bool keeps_out(const Acquire& a, const Acquire& b) {
  if (a.mode != b.mode || a.mode == Mode::exclusive) return true;
  return a.mode == Mode::counted;
}

// `late` came when `early` stood in the queue already and must let it go first.
bool stands_behind(const Operation& late, const Operation& early) {
  const auto& a = std::get<Acquire>(early.op);
  const auto& b = std::get<Acquire>(late.op);
  if (b.queue == "barge" || b.queue == "newest" || !keeps_out(a, b)) return false;
  // Of several names one may be free for whoever needs but that.
  if (a.mode == Mode::counted && b.mode == Mode::counted && early.group) return false;
  return *early.queued < late.start && b.level <= a.level;
}

std::optional<NotLinearizable> check_order(const std::vector<const Operation*>& grants) {
  for (const auto* early : grants) {
    if (!early->queued) continue;
    for (const auto* late : grants) {
      if (*token_of(*late) >= *token_of(*early) || !stands_behind(*late, *early)) continue;
      return complaint(*early, *late,
                       "token " + std::to_string(*token_of(*late)) + " of " + who(*late) +
                           " is below token " + std::to_string(*token_of(*early)) + " of " + who(*early) +
                           ", which stood in the queue before it came");
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<NotLinearizable> check_tokens(const History& history) {
  std::map<Token, const Operation*> grants;
  for (const auto& operation : history) {
    const auto token = token_of(operation);
    if (!token) continue;
    const auto [first, fresh] = grants.try_emplace(*token, &operation);
    if (fresh || are_one_request(*first->second, operation)) continue;
    return complaint(*first->second, operation,
                     "token " + std::to_string(*token) + " was granted twice: to " + who(*first->second) +
                         ", and to " + who(operation));
  }
  // From the highest token down: none of those above may have returned before this one was asked for.
  const Operation* earliest_return = nullptr;
  for (auto grant = grants.rbegin(); grant != grants.rend(); ++grant) {
    const Operation& operation = *grant->second;
    if (earliest_return && *earliest_return->end < operation.start) {
      return complaint(*earliest_return, operation,
                       "token " + std::to_string(grant->first) + " of " + who(operation) +
                           " was asked for after token " + std::to_string(*token_of(*earliest_return)) +
                           " of " + who(*earliest_return) + " had been granted; it should be the higher one");
    }
    if (!earliest_return || *operation.end < *earliest_return->end) earliest_return = &operation;
  }
  return std::nullopt;
}

std::optional<NotLinearizable> check_queues(const History& history) {
  std::map<std::string, std::vector<const Operation*>> keys;
  for (const auto& operation : history) {
    if (std::holds_alternative<Acquire>(operation.op) && token_of(operation))
      keys[operation.key].push_back(&operation);
  }
  for (const auto& [key, grants] : keys) {
    if (const auto found = check_order(grants)) return found;
  }
  return std::nullopt;
}

}  // namespace check
