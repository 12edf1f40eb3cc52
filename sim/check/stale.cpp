#include "sim/check/stale.hpp"

#include <algorithm>
#include <map>
#include <vector>

namespace check {

namespace {

// What a key's states can have come from.
struct Past {
  std::map<Revision, const Operation*> writes;   // that were answered
  std::vector<const Operation*> unknown_writes;  // their revisions, too
  std::map<Token, std::int64_t> grants;          // from when on
  std::optional<std::int64_t> earliest_unknown_grant;
};

std::map<std::string, Past> pasts_of(const History& history) {
  std::map<std::string, Past> pasts;
  for (const auto& operation : history) {
    auto& past = pasts[operation.key];
    if (std::holds_alternative<StatusSet>(operation.op)) {
      if (const auto* written = outcome<StatusWritten>(operation))
        past.writes[written->revision] = &operation;
      if (!operation.ret) past.unknown_writes.push_back(&operation);
    } else if (std::holds_alternative<Acquire>(operation.op)) {
      if (const auto* granted = outcome<Granted>(operation)) past.grants[granted->token] = operation.start;
      auto& earliest = past.earliest_unknown_grant;
      if (!operation.ret) earliest = std::min(earliest.value_or(operation.start), operation.start);
    } else if (const auto* expire = std::get_if<Expire>(&operation.op)) {
      past.grants.try_emplace(expire->token, operation.start);
    }
  }
  return pasts;
}

bool wrote(const Operation& operation, const RecordSeen& seen) {
  const auto& set = std::get<StatusSet>(operation.op);
  return set.state == seen.state && set.code == seen.code && set.value == seen.value;
}

bool explains_record(const Past& past, const RecordSeen& seen, std::int64_t until) {
  const auto known = past.writes.find(seen.revision);
  if (known != past.writes.end()) return wrote(*known->second, seen) && known->second->start <= until;
  return std::any_of(past.unknown_writes.begin(), past.unknown_writes.end(),
                     [&](const Operation* write) { return wrote(*write, seen) && write->start <= until; });
}

bool explains_holder(const Past& past, Token holder, std::int64_t until) {
  const auto known = past.grants.find(holder);
  if (known != past.grants.end()) return known->second <= until;
  return past.earliest_unknown_grant && *past.earliest_unknown_grant <= until;
}

}  // namespace

std::optional<std::string> judge_stale_reads(const History& history, const History& reads) {
  auto pasts = pasts_of(history);
  for (const auto& read : reads) {
    const auto* seen = outcome<StatusSeen>(read);
    if (!seen) continue;
    const auto& past = pasts[read.key];
    const bool record = !seen->record || explains_record(past, *seen->record, *read.end);
    const bool holder = std::ranges::all_of(
        seen->holders, [&](Token token) { return explains_holder(past, token, *read.end); });
    if (record && holder) continue;
    return "client " + std::to_string(read.client) + " reads " + describe(read.ret) + " of " + read.key +
           " by a stale read; nobody had " + (record ? "taken it" : "written that") + " until then";
  }
  return std::nullopt;
}

}  // namespace check
