#include "brute_force.hpp"

#include <limits>
#include <utility>

namespace check::test {

namespace {

constexpr std::int64_t any_time = std::numeric_limits<std::int64_t>::min();

struct Object {
  Value value;  // of a register or a text
  Token token = 0;
  bool held = false;
  bool holder_unknown = false;
  Revision revision = 0;
  const Operation* record = nullptr;
};

template <class R>
const R* as(const Operation& o) {
  return o.ret ? std::get_if<R>(&*o.ret) : nullptr;
}

// Tokens and revisions in these histories are smaller.
constexpr std::uint64_t number_max = 14;

std::vector<Object> acquire(Object s, const Operation& o) {
  if (as<NotGranted>(o)) {
    if (std::get<Acquire>(o.op).wait || s.held) return {s};
    return {};
  }
  if (s.held) return {};
  s.held = true;
  if (const auto* granted = as<Granted>(o)) {
    if (granted->token <= s.token) return {};
    s.token = granted->token;
    s.holder_unknown = false;
    return {s};
  }
  std::vector<Object> all;
  s.holder_unknown = true;
  for (Token token = s.token + 1; token <= number_max; ++token) {
    s.token = token;
    all.push_back(s);
  }
  return all;
}

std::vector<Object> status_set(Object s, const Operation& o, const StatusSet& op) {
  const Revision now = s.record ? s.revision : 0;
  const bool stale = op.token && !(s.held && s.token == *op.token);
  const bool differs = op.if_revision && *op.if_revision != now;
  if (as<StaleToken>(o)) return stale ? std::vector{s} : std::vector<Object>{};
  if (const auto* ret = as<RevisionDiffers>(o)) {
    return differs && ret->actual == now ? std::vector{s} : std::vector<Object>{};
  }
  if (stale || differs) return {};
  s.record = &o;
  if (const auto* ret = as<StatusWritten>(o)) {
    if (ret->revision <= s.revision) return {};
    s.revision = ret->revision;
    return {s};
  }
  std::vector<Object> all;
  for (Revision revision = s.revision + 1; revision <= number_max; ++revision) {
    s.revision = revision;
    all.push_back(s);
  }
  return all;
}

std::vector<Object> status_clear(Object s, const Operation& o, const StatusClear& op) {
  const Revision now = s.record ? s.revision : 0;
  const bool differs = op.if_revision && *op.if_revision != now;
  if (const auto* ret = as<RevisionDiffers>(o)) {
    return differs && ret->actual == now ? std::vector{s} : std::vector<Object>{};
  }
  if (as<Cleared>(o) && !as<Cleared>(o)->existed) return s.record ? std::vector<Object>{} : std::vector{s};
  if (!s.record || differs) return {};
  s.record = nullptr;
  return {s};
}

std::vector<Object> status_get(const Object& s, const StatusSeen& seen) {
  if (seen.holder.has_value() != s.held || (s.held && *seen.holder != s.token)) return {};
  if (seen.record.has_value() != (s.record != nullptr)) return {};
  if (s.record) {
    const auto& set = std::get<StatusSet>(s.record->op);
    if (seen.record != RecordSeen{set.state, set.code, set.value, s.revision, set.token}) return {};
  }
  return {s};
}

std::vector<Object> on_token(Object s, const Operation& o, Token token, bool releases) {
  const bool stands = s.held && s.token == token;
  if (stands != (as<Stood>(o) ? as<Stood>(o)->yes : true)) return {};
  if (stands && releases) s.held = false;
  return {s};
}

// All states that the operation's taking effect may lead to.
std::vector<Object> apply(Object s, const Operation& o) {
  if (std::holds_alternative<Acquire>(o.op)) return acquire(s, o);
  if (const auto* op = std::get_if<Release>(&o.op)) return on_token(s, o, op->token, true);
  if (const auto* op = std::get_if<Renew>(&o.op)) return on_token(s, o, op->token, false);
  if (const auto* op = std::get_if<CheckHold>(&o.op)) return on_token(s, o, op->token, false);
  if (const auto* op = std::get_if<StatusSet>(&o.op)) return status_set(s, o, *op);
  if (const auto* op = std::get_if<StatusClear>(&o.op)) return status_clear(s, o, *op);
  if (std::holds_alternative<StatusGet>(o.op))
    return o.ret ? status_get(s, *as<StatusSeen>(o)) : std::vector{s};
  if (const auto* seen = as<ValueSeen>(o))
    return seen->value == s.value ? std::vector{s} : std::vector<Object>{};
  if (const auto* op = std::get_if<Write>(&o.op)) s.value = op->value;
  if (const auto* op = std::get_if<Put>(&o.op)) s.value = op->value;
  if (const auto* op = std::get_if<Append>(&o.op)) s.value = *s.value + op->value;
  if (const auto* op = std::get_if<Cas>(&o.op)) {
    const bool swaps = as<Swapped>(o) ? as<Swapped>(o)->yes : true;
    if (swaps != (s.value == op->from)) return {};
    if (swaps) s.value = op->to;
  }
  return {s};
}

// What may end by itself now, and from when on.
std::vector<std::pair<Object, std::int64_t>> drift(const Object& s, const History& history) {
  std::vector<std::pair<Object, std::int64_t>> all;
  Object freed = s;
  freed.held = false;
  if (s.held && s.holder_unknown) all.push_back({freed, any_time});
  for (const auto& o : history) {
    const auto* expire = std::get_if<Expire>(&o.op);
    if (expire && s.held && s.token == expire->token) all.push_back({freed, o.start});
  }
  if (s.record) {
    Object gone = s;
    gone.record = nullptr;
    const auto ttl_ms = static_cast<std::int64_t>(std::get<StatusSet>(s.record->op).ttl_ms);
    all.push_back({gone, s.record->start + ttl_ms * 999'000});
  }
  return all;
}

class Orders {
 public:
  explicit Orders(const History& history) : history_(history), placed_(history.size()) {}

  bool from(const Object& s) {
    if (finished()) return true;
    for (const auto& [next, earliest] : drift(s, history_)) {
      if (may_come_now(earliest) && from(next)) return true;
    }
    for (std::size_t i = 0; i < history_.size(); ++i) {
      const Operation& o = history_[i];
      if (placed_[i] || std::holds_alternative<Expire>(o.op) || !may_come_now(o.start)) continue;
      placed_[i] = true;
      for (const auto& next : apply(s, o)) {
        if (from(next)) return true;
      }
      placed_[i] = false;
    }
    return false;
  }

 private:
  bool finished() const {
    for (std::size_t i = 0; i < history_.size(); ++i) {
      if (history_[i].end && !placed_[i]) return false;
    }
    return true;
  }
  bool may_come_now(std::int64_t earliest) const {
    for (std::size_t i = 0; i < history_.size(); ++i) {
      if (!placed_[i] && history_[i].end && *history_[i].end < earliest) return false;
    }
    return true;
  }

  const History& history_;
  std::vector<bool> placed_;
};

}  // namespace

bool has_an_order(const History& history, Model model) {
  Object start;
  if (model == Model::register_zero) start.value = "0";
  if (model == Model::kv) start.value = "";
  return Orders(history).from(start);
}

}  // namespace check::test
