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
      case Model::once:
        return ask_once(o);
      case Model::register_nil:
      case Model::register_zero:
        return ask_register(o);
      case Model::kv:
        return ask_kv(o);
    }
  }
  // Some answer of the right shape.
  void spoil(Operation& o) {
    if (std::holds_alternative<Granted>(*o.ret))
      o.ret = Granted{1 + random_.below(4), 1 + random_.below(8) / 6};
    if (std::holds_alternative<Run>(*o.ret)) o.ret = Run{1 + random_.below(4), 1 + random_.below(3)};
    if (auto* told = std::get_if<Outcome>(&*o.ret)) {
      random_.below(2) == 0 ? told->attempt = 1 + random_.below(3) : told->revision = 1 + random_.below(3);
    }
    if (auto* finished = std::get_if<Finished>(&*o.ret))
      finished->state = random_.below(2) == 0 ? "done" : "pending";
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
      seen.holders.clear();
      if (random_.below(2) == 0) seen.holders = {1 + random_.below(4)};
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

  struct Held {
    Token token;
    Acquire op;
    std::uint64_t entries = 1;
    bool expirable = false;
    bool broken = false;
  };
  Held* held(Token token) {
    const auto at = std::ranges::find_if(held_, [&](const Held& h) { return h.token == token && !h.broken; });
    return at == held_.end() ? nullptr : &*at;
  }
  void drop(Token token) {
    std::erase_if(held_, [&](const Held& h) { return h.token == token; });
  }

  void ask_lock(Operation& o) {
    if (!style_) style_ = random_.below(5);
    std::erase_if(held_, [&](const Held& h) { return h.expirable && random_.below(3) == 0; });
    if (record_ && random_.below(12) == 0 && record_short_) record_.reset();
    switch (random_.below(*style_ == 0 ? 9 : 12)) {
      case 0:
      case 1:
        return ask_acquire(o);
      case 2:
        return ask_release(o);
      case 3: {
        const auto token = some_token();
        o.op = random_.below(2) == 0 ? Op(CheckHold{token}) : Op(Renew{token, 1000});
        o.ret = Stood{held(token) != nullptr};
        return;
      }
      case 4:
      case 5:
        return ask_set(o);
      case 6:
        return ask_clear(o);
      case 7: {
        StatusSeen seen{record_, {}, false};
        for (const auto& h : held_) {
          if (!h.broken) seen.holders.push_back(h.token);
        }
        o.op = StatusGet{};
        o.ret = seen;
        return;
      }
      case 8: {
        const auto token = some_token();
        o.op = Expire{token};
        for (auto& h : held_) h.expirable |= h.token == token;
        return;
      }
      case 9:
        return ask_leave(o);
      default:
        return ask_change(o);
    }
  }
  Acquire some_acquire() {
    Acquire op{random_.below(2) == 0, std::nullopt};
    if (*style_ == 2 || *style_ == 4) op.mode = random_.below(2) == 0 ? Mode::shared : Mode::exclusive;
    if (*style_ == 3 || (*style_ == 4 && random_.below(3) == 0)) {
      op.mode = Mode::counted;
      op.limit = 2;
    }
    if (*style_ == 4 && random_.below(4) == 0) op.lock_delay_ms = 1 + random_.below(2);
    return op;
  }
  void ask_acquire(Operation& o) {
    const auto op = some_acquire();
    o.op = op;
    o.ret = NotGranted{};
    if (*style_ != 0 && !held_.empty() && !held_.back().broken && held_.back().op.mode == op.mode &&
        random_.below(4) == 0) {
      o.ret = Granted{held_.back().token, ++held_.back().entries};
      return;
    }
    const bool alone = op.mode == Mode::exclusive;
    for (const auto& h : held_) {
      if (alone || h.broken || h.op.mode != op.mode) return;
    }
    if (op.mode == Mode::counted && held_.size() >= op.limit) return;
    token_ += 1 + random_.below(2);
    held_.push_back({token_, op});
    o.ret = Granted{token_};
  }
  void ask_release(Operation& o) {
    const auto token = some_token();
    o.op = Release{token};
    o.ret = Stood{held(token) != nullptr};
    drop(token);
  }
  void ask_leave(Operation& o) {
    const auto token = some_token();
    o.op = Leave{token};
    auto* hold = held(token);
    o.ret = Stood{hold != nullptr};
    if (hold && --hold->entries == 0) drop(token);
  }
  void ask_change(Operation& o) {
    const auto token = some_token();
    auto* hold = held(token);
    if (random_.below(2) == 0 && !(hold && hold->op.mode == Mode::counted)) {
      o.op = Downgrade{token};
      o.ret = Stood{hold != nullptr};
      if (hold) hold->op.mode = Mode::shared;
      return;
    }
    const Break broken{token, random_.below(3) == 0};
    o.op = broken;
    o.ret = Stood{hold != nullptr};
    if (!hold) return;
    hold->broken = true;
    if (broken.now) drop(token);
  }

  void end_run() { phase_ = attempt_ >= terms_.attempts ? "lost" : "pending"; }
  void ask_once(Operation& o) {
    if (phase_ == "running" && expirable_ && random_.below(3) == 0) end_run();
    if (phase_ != "none" && phase_ != "running" && terms_.keep_ms < 100 && random_.below(6) == 0)
      phase_ = "none";
    if (!style_) {
      style_ = random_.below(4);
      terms_ = Once{*style_ == 0 ? 1u : 1'000'000u, 1 + random_.below(2), *style_ < 2, "", true};
    }
    switch (random_.below(6)) {
      case 0:
      case 1:
      case 2: {
        auto op = terms_;
        op.wait = random_.below(3) != 0;
        o.op = op;
        o.ret = NotGranted{};
        if (phase_ == "none" || phase_ == "pending") {
          attempt_ = phase_ == "none" ? 1 : attempt_ + 1;
          phase_ = "running";
          expirable_ = false;
          o.ret = Run{token_ += 1 + random_.below(2), attempt_};
        } else if (phase_ != "running") {
          o.ret = Outcome{
              phase_, phase_ == "lost" ? 0 : code_, phase_ == "lost" ? "" : text_, attempt_, revision_,
              false};
        }
        return;
      }
      case 3: {
        const OnceFinish finish{some_token(), static_cast<std::int64_t>(random_.below(2)), some_text(),
                                false};
        o.op = finish;
        o.ret = StaleToken{};
        if (phase_ != "running" || finish.token != token_) return;
        code_ = finish.code;
        text_ = finish.value;
        const bool again = code_ != 0 && !terms_.replay && attempt_ < terms_.attempts;
        phase_ = again ? "pending" : code_ == 0 ? "done" : "failed";
        o.ret = Finished{phase_, ++revision_};
        return;
      }
      case 4: {
        const auto token = some_token();
        const bool live = phase_ == "running" && token == token_;
        const bool leaves = random_.below(2) == 0;
        o.op = leaves ? Op(Leave{token}) : Op(CheckHold{token});
        o.ret = Stood{live};
        if (live && leaves) end_run();
        return;
      }
      default:
        o.op = Expire{some_token()};
        expirable_ |= std::get<Expire>(o.op).token == token_;
        return;
    }
  }
  void ask_set(Operation& o) {
    StatusSet set{"s", std::nullopt, some_text(), std::nullopt, some_condition(), 1'000'000};
    if (random_.below(2) == 0) set.token = some_token();
    record_short_ = random_.below(4) == 0;
    if (record_short_) set.ttl_ms = random_.below(3);
    o.op = set;
    if (set.token && !held(*set.token)) {
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
  std::optional<std::uint64_t> style_;  // what the history is about
  std::vector<Held> held_;
  // Of a Once.
  Once terms_;
  std::string phase_ = "none";
  std::uint64_t attempt_ = 0;
  bool expirable_ = false;
  std::int64_t code_ = 0;
  std::string text_;
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
