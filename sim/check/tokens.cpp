#include <algorithm>
#include <map>

#include "sim/check/drawing.hpp"
#include "sim/check/linearizability.hpp"

namespace check {

namespace {

struct Grant {
  Token token;
  const Operation* operation;
};

NotLinearizable complaint(const Operation& first, const Operation& second, std::string why) {
  History core{first, second};
  auto drawing = draw(core);
  return {second.key, std::move(why), std::move(core), std::move(drawing)};
}

std::string who(const Operation& operation) {
  return "client " + std::to_string(operation.client) + " on " + operation.key;
}

}  // namespace

std::optional<NotLinearizable> check_tokens(const History& history) {
  std::map<Token, const Operation*> grants;
  for (const auto& operation : history) {
    const auto* granted = outcome<Granted>(operation);
    if (!granted) continue;
    const auto [first, fresh] = grants.try_emplace(granted->token, &operation);
    if (fresh) continue;
    return complaint(*first->second, operation,
                     "token " + std::to_string(granted->token) + " was granted twice: to " +
                         who(*first->second) + ", and to " + who(operation));
  }
  // From the highest token down: none of those above may have returned before this one was asked for.
  const Operation* earliest_return = nullptr;
  for (auto grant = grants.rbegin(); grant != grants.rend(); ++grant) {
    const Operation& operation = *grant->second;
    if (earliest_return && *earliest_return->end < operation.start) {
      return complaint(*earliest_return, operation,
                       "token " + std::to_string(grant->first) + " of " + who(operation) +
                           " was asked for after token " +
                           std::to_string(outcome<Granted>(*earliest_return)->token) + " of " +
                           who(*earliest_return) + " had been granted; it should be the higher one");
    }
    if (!earliest_return || *operation.end < *earliest_return->end) earliest_return = &operation;
  }
  return std::nullopt;
}

}  // namespace check
