#include "brute_force.hpp"

#include <utility>

#include "brute_force_object.hpp"

namespace check::test {

namespace {

// All states that the operation's taking effect may lead to.
std::vector<Object> apply(Object s, const Operation& o, Model model) {
  if (model == Model::lock) return apply_lock(s, o);
  if (model == Model::once) return apply_once(s, o);
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
std::vector<Ending> drift(const Object& s, const History& history, Model model) {
  if (model == Model::lock) return drift_lock(s, history);
  if (model == Model::once) return drift_once(s, history);
  return {};
}

class Orders {
 public:
  Orders(const History& history, Model model) : history_(history), model_(model), placed_(history.size()) {}

  bool from(const Object& s) {
    if (finished()) return true;
    for (const auto& [next, earliest] : drift(s, history_, model_)) {
      if (may_come_now(earliest) && from(next)) return true;
    }
    for (std::size_t i = 0; i < history_.size(); ++i) {
      const Operation& o = history_[i];
      if (placed_[i] || std::holds_alternative<Expire>(o.op) || !may_come_now(o.start)) continue;
      placed_[i] = true;
      for (const auto& next : apply(s, o, model_)) {
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
  Model model_;
  std::vector<bool> placed_;
};

}  // namespace

bool has_an_order(const History& history, Model model) {
  Object start;
  start.every_limit = every_limit(history);
  if (model == Model::register_zero) start.value = "0";
  if (model == Model::kv) start.value = "";
  return Orders(history, model).from(start);
}

}  // namespace check::test
