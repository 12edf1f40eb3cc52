#include "generate.hpp"

#include <algorithm>
#include <optional>

namespace check::test {

namespace {

// A correct object that makes up requests and answers them.
class Source {
 public:
  Source(base::Random& random, Model model) : random_(random), model_(model) {
    if (model == Model::register_zero) value_ = "0";
    if (model == Model::kv) value_ = "";
  }

  void ask(Operation& o) {
    switch (model_) {
      case Model::lock:
        return ask_lock(o);
      case Model::register_nil:
      case Model::register_zero:
        return ask_register(o);
      case Model::kv:
        return ask_kv(o);
    }
  }
  // Some answer of the right shape.
  void spoil(Operation& o) {
    if (std::holds_alternative<Granted>(*o.ret)) o.ret = Granted{1 + random_.below(4)};
    if (auto* stood = std::get_if<Stood>(&*o.ret)) stood->yes = !stood->yes;
    if (std::holds_alternative<StatusWritten>(*o.ret)) o.ret = StatusWritten{1 + random_.below(4)};
    if (auto* differs = std::get_if<RevisionDiffers>(&*o.ret)) differs->actual = random_.below(4);
    if (auto* cleared = std::get_if<Cleared>(&*o.ret)) cleared->existed = !cleared->existed;
    if (auto* seen = std::get_if<StatusSeen>(&*o.ret)) spoil(*seen);
    if (std::holds_alternative<ValueSeen>(*o.ret)) o.ret = ValueSeen{some_value()};
    if (auto* swapped = std::get_if<Swapped>(&*o.ret)) swapped->yes = !swapped->yes;
  }

 private:
  void spoil(StatusSeen& seen) {
    if (random_.below(2) == 0) {
      seen.holder = random_.below(2) == 0 ? std::nullopt : std::optional(1 + random_.below(4));
    } else if (seen.record && random_.below(2) == 0) {
      seen.record->revision = 1 + random_.below(4);
    } else if (seen.record) {
      seen.record.reset();
    } else {
      seen.record = RecordSeen{"s", std::nullopt, some_text(), 1 + random_.below(4), std::nullopt};
    }
  }
  Value some_value() {
    if (model_ == Model::kv) return random_.below(2) == 0 ? some_text() : some_text() + some_text();
    const auto v = random_.below(4);
    return v == 3 ? Value() : Value(std::to_string(v));
  }
  std::string some_text() { return random_.below(2) == 0 ? "a" : "b"; }
  Token some_token() { return token_ == 0 || random_.below(4) == 0 ? 1 + random_.below(4) : token_; }
  Revision now() const { return record_ ? record_->revision : 0; }
  std::optional<Revision> some_condition() {
    if (random_.below(2) == 0) return std::nullopt;
    return random_.below(2) == 0 ? now() : random_.below(4);
  }

  void ask_register(Operation& o) {
    const auto which = random_.below(3);
    if (which == 0) {
      o.op = Read{};
      o.ret = ValueSeen{value_};
    } else if (which == 1) {
      o.op = Write{value_ = some_value()};
      o.ret = Done{};
    } else {
      const Cas cas{random_.below(2) == 0 ? value_ : some_value(), some_value()};
      o.op = cas;
      o.ret = Swapped{cas.from == value_};
      if (cas.from == value_) value_ = cas.to;
    }
  }
  void ask_kv(Operation& o) {
    const auto which = random_.below(3);
    if (which == 0) {
      o.op = Get{};
      o.ret = ValueSeen{value_};
    } else if (which == 1) {
      value_ = some_text();
      o.op = Put{*value_};
      o.ret = Done{};
    } else {
      const auto text = some_text();
      o.op = Append{text};
      value_ = *value_ + text;
      o.ret = Done{};
    }
  }

  void ask_lock(Operation& o) {
    if (held_ && expirable_ && random_.below(3) == 0) held_ = false;
    if (record_ && random_.below(12) == 0 && record_short_) record_.reset();
    switch (random_.below(9)) {
      case 0:
      case 1:
        return ask_acquire(o);
      case 2:
        return ask_release(o);
      case 3: {
        const auto token = some_token();
        o.op = random_.below(2) == 0 ? Op(CheckHold{token}) : Op(Renew{token, 1000});
        o.ret = Stood{held_ && token == token_};
        return;
      }
      case 4:
      case 5:
        return ask_set(o);
      case 6:
        return ask_clear(o);
      case 7:
        o.op = StatusGet{};
        o.ret = StatusSeen{record_, held_ ? std::optional(token_) : std::nullopt};
        return;
      default:
        o.op = Expire{some_token()};
        expirable_ |= held_ && std::get<Expire>(o.op).token == token_;
        return;
    }
  }
  void ask_acquire(Operation& o) {
    o.op = Acquire{random_.below(2) == 0, std::nullopt};
    o.ret = NotGranted{};
    if (held_) return;
    token_ += 1 + random_.below(2);
    held_ = true;
    expirable_ = false;
    o.ret = Granted{token_};
  }
  void ask_release(Operation& o) {
    const auto token = some_token();
    o.op = Release{token};
    o.ret = Stood{held_ && token == token_};
    if (token == token_) held_ = false;
  }
  void ask_set(Operation& o) {
    StatusSet set{"s", std::nullopt, some_text(), std::nullopt, some_condition(), 1'000'000};
    if (random_.below(2) == 0) set.token = some_token();
    record_short_ = random_.below(4) == 0;
    if (record_short_) set.ttl_ms = random_.below(3);
    o.op = set;
    if (set.token && !(held_ && token_ == *set.token)) {
      o.ret = StaleToken{};
    } else if (set.if_revision && *set.if_revision != now()) {
      o.ret = RevisionDiffers{now()};
    } else {
      revision_ += 1 + random_.below(2);
      record_ = RecordSeen{set.state, set.code, set.value, revision_, set.token};
      o.ret = StatusWritten{revision_};
    }
  }
  void ask_clear(Operation& o) {
    const StatusClear clear{some_condition()};
    o.op = clear;
    if (clear.if_revision && *clear.if_revision != now()) {
      o.ret = RevisionDiffers{now()};
    } else {
      o.ret = Cleared{record_.has_value()};
      record_.reset();
    }
  }

  base::Random& random_;
  Model model_;
  Value value_;
  Token token_ = 0;
  bool held_ = false;
  bool expirable_ = false;
  Revision revision_ = 0;
  std::optional<RecordSeen> record_;
  bool record_short_ = false;
};

}  // namespace

// Times are distinct, so that "before" has one meaning. A millisecond lies between the moments of two
// operations.
History some_history(base::Random& random, Model model, std::size_t operations_max) {
  constexpr std::int64_t gap_ns = 1'000'000;
  Source source(random, model);
  History history;
  const auto count = 1 + random.below(operations_max);
  for (std::uint64_t i = 0; i < count; ++i) {
    Operation o;
    o.client = i;
    o.key = "k";
    source.ask(o);
    const auto moment = static_cast<std::int64_t>(i + 3) * gap_ns;
    const auto unique = static_cast<std::int64_t>(i) * 2;
    o.start = moment - random.between(1, 2500) * 1000 + unique;
    if (o.ret) o.end = moment + random.between(1, 2500) * 1000 + unique + 1;
    if (o.ret && random.below(6) == 0) source.spoil(o);
    if (random.below(5) == 0) {
      o.end.reset();
      o.ret.reset();
    }
    history.push_back(std::move(o));
  }
  return history;
}

}  // namespace check::test
