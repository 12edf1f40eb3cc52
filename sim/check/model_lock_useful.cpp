// Which operations that need not have happened could help to explain the others.
#include <set>

#include "sim/check/model_lock.hpp"

namespace check {

namespace {

// What the operations that must be explained, and those that may explain them, demand of the state.
struct Demands {
  std::set<Token> live;
  std::set<Token> granted;  // whose grant is part of the explanation: what ends them matters
  std::set<Revision> revisions;
  bool any_live = false;
  bool entries = false;  // how often a hold was entered
  bool any_record = false;
  bool no_record = false;

  void need_revision(Revision revision) {
    if (revision == 0) {
      no_record = true;
    } else {
      revisions.insert(revision);
    }
  }
  void add(const Operation& operation);
  void add_set(const StatusSet& op, const Operation& operation);
  void add_clear(const StatusClear& op, const Operation& operation);
};

void Demands::add(const Operation& operation) {
  const auto* stood = outcome<Stood>(operation);
  const bool yes = !operation.ret || (stood && stood->yes);
  if (const auto* release = std::get_if<Release>(&operation.op); release && yes) live.insert(release->token);
  if (const auto* renew = std::get_if<Renew>(&operation.op); renew && yes) live.insert(renew->token);
  if (const auto* hold = std::get_if<CheckHold>(&operation.op); hold && yes) live.insert(hold->token);
  if (const auto* leave = std::get_if<Leave>(&operation.op); leave && yes) {
    live.insert(leave->token);
    entries = true;
  }
  if (const auto* downgrade = std::get_if<Downgrade>(&operation.op); downgrade && yes)
    live.insert(downgrade->token);
  if (const auto* broken = std::get_if<Break>(&operation.op); broken && yes) live.insert(broken->token);
  if (const auto* grant = outcome<Granted>(operation)) {
    granted.insert(grant->token);
    entries |= grant->entries > 1;
  }
  if (const auto* refused = outcome<NotGranted>(operation))
    any_live |= !refused->refused && !std::get<Acquire>(operation.op).wait && !operation.group;
  if (const auto* set = std::get_if<StatusSet>(&operation.op)) add_set(*set, operation);
  if (const auto* clear = std::get_if<StatusClear>(&operation.op)) add_clear(*clear, operation);
  if (const auto* seen = outcome<StatusSeen>(operation)) {
    live.insert(seen->holders.begin(), seen->holders.end());
    need_revision(seen->record ? seen->record->revision : 0);
  }
}

void Demands::add_set(const StatusSet& op, const Operation& operation) {
  if (outcome<StaleToken>(operation)) return;
  if (const auto* differs = outcome<RevisionDiffers>(operation)) return need_revision(differs->actual);
  if (op.token) live.insert(*op.token);
  if (op.if_revision) need_revision(*op.if_revision);
}

void Demands::add_clear(const StatusClear& op, const Operation& operation) {
  const auto* cleared = outcome<Cleared>(operation);
  if (const auto* differs = outcome<RevisionDiffers>(operation)) return need_revision(differs->actual);
  if (cleared && !cleared->existed) {
    no_record = true;
  } else {
    any_record = true;
    if (op.if_revision) need_revision(*op.if_revision);
  }
}

struct Unexplained {
  bool token = false;  // somebody saw a hold, or a revision, that nobody was given
  bool revision = false;
};

Unexplained unexplained(const Demands& demands, std::span<const Item> items) {
  auto tokens = demands.live;
  auto revisions = demands.revisions;
  for (const auto& item : items) {
    if (const auto* granted = outcome<Granted>(*item.operation)) tokens.erase(granted->token);
    if (const auto* written = outcome<StatusWritten>(*item.operation)) revisions.erase(written->revision);
  }
  return {!tokens.empty(), !revisions.empty()};
}

// Whose hold it ends, weakens, or leaves with an entry less.
std::optional<Token> ended_by(const Operation& operation) {
  if (const auto* op = std::get_if<Release>(&operation.op)) return op->token;
  if (const auto* op = std::get_if<Leave>(&operation.op)) return op->token;
  if (const auto* op = std::get_if<Downgrade>(&operation.op)) return op->token;
  if (const auto* op = std::get_if<Break>(&operation.op)) return op->token;
  return std::nullopt;
}

bool helps(const Item& item, const Demands& demands, const Unexplained& unexplained) {
  const Operation& operation = *item.operation;
  if (std::holds_alternative<Acquire>(operation.op)) {
    const auto* granted = outcome<Granted>(operation);
    if (operation.ret && !granted) return false;
    if (demands.any_live || demands.entries) return true;
    return (granted ? demands.live.count(granted->token) > 0 : unexplained.token);
  }
  if (const auto token = ended_by(operation)) {
    const auto* stood = outcome<Stood>(operation);
    const bool ends = !stood || stood->yes || std::holds_alternative<Release>(operation.op);
    // A name that was broken keeps others out, whoever held it.
    const bool blocks = std::holds_alternative<Break>(operation.op) && demands.any_live;
    return ends && (demands.granted.count(*token) || unexplained.token || blocks);
  }
  if (std::holds_alternative<StatusSet>(operation.op)) {
    const auto* written = outcome<StatusWritten>(operation);
    if (operation.ret && !written) return false;
    // A record that is overwritten by one that ends by itself is gone, too.
    return demands.any_record || demands.no_record ||
           (written ? demands.revisions.count(written->revision) > 0 : unexplained.revision);
  }
  if (std::holds_alternative<StatusClear>(operation.op)) {
    const auto* cleared = outcome<Cleared>(operation);
    return demands.no_record && (!operation.ret || (cleared && cleared->existed));
  }
  return false;
}

}  // namespace

std::vector<bool> LockModel::useful(std::span<const Item> items) {
  std::vector<bool> useful(items.size());
  Demands demands;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const bool expires = std::holds_alternative<Expire>(items[i].operation->op);
    useful[i] = expires || !items[i].is_optional();
    if (useful[i] && !expires) demands.add(*items[i].operation);
  }
  for (bool grew = true; grew;) {
    grew = false;
    const auto missing = unexplained(demands, items);
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (useful[i] || !helps(items[i], demands, missing)) continue;
      useful[i] = grew = true;
      demands.add(*items[i].operation);
    }
  }
  return useful;
}

}  // namespace check
