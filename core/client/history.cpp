#include "core/client/history.hpp"

#include <string_view>
#include <utility>

#include "core/base/overload.hpp"

namespace client {

using base::Overload;

namespace {

// One JSON object, written member by member.
class Object {
 public:
  Object& text(std::string_view key, std::string_view value) {
    begin(key);
    quote(value);
    return *this;
  }
  Object& number(std::string_view key, std::uint64_t value) { return raw(key, std::to_string(value)); }
  Object& number(std::string_view key, std::int64_t value) { return raw(key, std::to_string(value)); }
  Object& boolean(std::string_view key, bool value) { return raw(key, value ? "true" : "false"); }
  Object& null(std::string_view key) { return raw(key, "null"); }
  Object& raw(std::string_view key, std::string_view json) {
    begin(key);
    out_ += json;
    return *this;
  }
  std::string str() const { return out_ + "}"; }

 private:
  void begin(std::string_view key) {
    if (out_.size() > 1) out_ += ", ";
    quote(key);
    out_ += ": ";
  }
  // RFC 8259, section 7. What is not ASCII stays as it is: UTF-8.
  void quote(std::string_view value) {
    static constexpr char kHex[] = "0123456789abcdef";
    out_ += '"';
    for (const char c : value) {
      const auto byte = static_cast<unsigned char>(c);
      if (c == '"' || c == '\\') {
        out_ += '\\';
        out_ += c;
      } else if (c == '\n') {
        out_ += "\\n";
      } else if (byte < 0x20 || byte == 0x7f) {
        out_ += "\\u00";
        out_ += kHex[byte >> 4];
        out_ += kHex[byte & 15];
      } else {
        out_ += c;
      }
    }
    out_ += '"';
  }

  std::string out_ = "{";
};

struct Described {
  std::string key;
  std::string op;
  Object args;
};

std::uint64_t count(lock::Millis ms) {
  return static_cast<std::uint64_t>(ms.count());
}

Object args_of(const lock::Acquire& a) {
  Object args;
  args.text("mode", "exclusive").boolean("wait", a.wait);
  if (a.detached) args.number("detached_ms", count(*a.detached));
  return args;
}

Object args_of(const lock::SetStatus& s) {
  Object args;
  args.text("state", s.state);
  if (s.code) args.number("code", *s.code);
  args.text("value", s.value);
  if (s.token) args.number("token", s.token->value);
  if (s.if_revision) args.number("if_revision", s.if_revision->value);
  args.number("ttl_ms", count(s.ttl));
  return args;
}

Object args_of(const lock::ClearStatus& c) {
  Object args;
  if (c.if_revision) args.number("if_revision", c.if_revision->value);
  return args;
}

// Nothing for what neither reads nor writes one name's lock or record.
std::optional<Described> describe(const Question& question) {
  using namespace lock;
  using Maybe = std::optional<Described>;
  const auto operation = Overload{
      [](const Acquire& a) -> Maybe {
        return Described{a.name, "acquire", args_of(a)};
      },
      [](const Release& r) -> Maybe {
        return Described{r.name, "release", Object().number("token", r.token.value)};
      },
      [](const Renew& r) -> Maybe {
        return Described{r.name, "renew",
                         Object().number("token", r.token.value).number("ttl_ms", count(r.ttl))};
      },
      [](const Cancel&) -> Maybe { return std::nullopt; },
      [](const SetStatus& s) -> Maybe {
        return Described{s.name, "status_set", args_of(s)};
      },
      [](const ClearStatus& c) -> Maybe {
        return Described{c.name, "status_clear", args_of(c)};
      },
  };
  const auto query = Overload{
      [](const GetStatus& g) -> Maybe {
        return Described{g.name, "status_get", Object()};
      },
      [](const WaitStatus& w) -> Maybe {
        return Described{w.name, "status_get", Object()};
      },
      [](const List&) -> Maybe { return std::nullopt; },
      [](const CheckHold& c) -> Maybe {
        return Described{c.name, "check", Object().number("token", c.token.value)};
      },
      [](const GetHealth&) -> Maybe { return std::nullopt; },
  };
  return std::visit(Overload{[&](const Operation& o) { return std::visit(operation, o); },
                             [&](const Query& q) { return std::visit(query, q); },
                             [](const client::CloseSession&) -> Maybe { return std::nullopt; },
                             [](const Admin&) -> Maybe { return std::nullopt; }},
                    question);
}

Object seen(const lock::NameView& view) {
  Object ret;
  if (view.record) {
    ret.text("state", view.record->state).number("revision", view.record->revision.value);
    ret.text("value", view.record->value);
    if (view.record->code) ret.number("code", *view.record->code);
    if (view.record->token) ret.number("token", view.record->token->value);
  } else {
    ret.null("state");
  }
  if (view.holder) {
    ret.number("holder", view.holder->token.value);
  } else {
    ret.null("holder");
  }
  return ret;
}

// NotHeld says `no` to whichever of these was asked.
Object not_held(const std::string& op) {
  return Object().boolean(op == "release" ? "released" : "held", false);
}

Object mismatch(const std::string& op, const lock::RevisionMismatch& m) {
  return Object().boolean(op == "status_set" ? "set" : "cleared", false).number("revision", m.actual.value);
}

// Nothing for an answer that constrains no history.
std::optional<Object> returned(const std::string& op, const lock::Reply& reply) {
  using namespace lock;
  using Maybe = std::optional<Object>;
  return std::visit(
      Overload{
          [](const Granted& g) -> Maybe {
            return Object().boolean("granted", true).number("token", g.token.value);
          },
          [](const Held&) -> Maybe { return Object().boolean("granted", false); },
          [](const Cancelled&) -> Maybe { return Object().boolean("granted", false); },
          [](const Released&) -> Maybe { return Object().boolean("released", true); },
          [](const Renewed&) -> Maybe { return Object().boolean("held", true); },
          [](const HoldStands&) -> Maybe { return Object().boolean("held", true); },
          [&](const NotHeld&) -> Maybe { return not_held(op); },
          [](const StatusSet& s) -> Maybe {
            return Object().boolean("set", true).number("revision", s.revision.value);
          },
          [](const StatusCleared& c) -> Maybe { return Object().boolean("cleared", c.existed); },
          [&](const RevisionMismatch& m) -> Maybe { return mismatch(op, m); },
          [](const StaleToken&) -> Maybe {
            return Object().boolean("set", false).boolean("stale_token", true);
          },
          [](const NameView& view) -> Maybe { return seen(view); },
          [](const SessionOpened&) -> Maybe { return std::nullopt; },
          [](const KeptAlive&) -> Maybe { return std::nullopt; },
          [](const SessionClosed&) -> Maybe { return std::nullopt; },
          [](const SessionExpired&) -> Maybe { return std::nullopt; },
          [](const Queued&) -> Maybe { return std::nullopt; },
          [](const Refused&) -> Maybe { return std::nullopt; },
          [](const StaleSequence&) -> Maybe { return std::nullopt; },
          [](const Listing&) -> Maybe { return std::nullopt; },
          [](const Health&) -> Maybe { return std::nullopt; },
          [](const NotLeader&) -> Maybe { return std::nullopt; },
          [](const LeadershipLost&) -> Maybe { return std::nullopt; },
          [](const MemberAdded&) -> Maybe { return std::nullopt; },
          [](const MembersChanged&) -> Maybe { return std::nullopt; },
          [](const Transferred&) -> Maybe { return std::nullopt; },
          [](const SnapshotTaken&) -> Maybe { return std::nullopt; },
          [](const Members&) -> Maybe { return std::nullopt; },
          [](const Metrics&) -> Maybe { return std::nullopt; },
      },
      reply);
}

std::string line(std::uint64_t client, const Described& d, std::int64_t start,
                 std::optional<std::int64_t> end, const std::optional<Object>& ret) {
  Object object;
  object.number("client", client).text("key", d.key).text("op", d.op).raw("args", d.args.str());
  object.number("start", start);
  if (end) {
    object.number("end", *end);
  } else {
    object.null("end");
  }
  if (ret) object.raw("ret", ret->str());
  return object.str();
}

}  // namespace

bool is_unknown(const Recorded& recorded) {
  if (!recorded.end_ns || !recorded.reply) return true;
  const auto* operation = std::get_if<lock::Operation>(&recorded.question);
  const auto* acquire = operation ? std::get_if<lock::Acquire>(operation) : nullptr;
  return acquire && !acquire->detached && std::holds_alternative<lock::SessionExpired>(*recorded.reply);
}

std::optional<std::string> history_line(const Recorded& recorded) {
  const auto described = describe(recorded.question);
  if (!described) return std::nullopt;
  if (is_unknown(recorded)) {
    // A read that nobody saw says nothing.
    if (std::holds_alternative<lock::Query>(recorded.question)) return std::nullopt;
    return line(recorded.client, *described, recorded.start_ns, std::nullopt, std::nullopt);
  }
  const auto ret = returned(described->op, *recorded.reply);
  if (!ret) return std::nullopt;
  return line(recorded.client, *described, recorded.start_ns, *recorded.end_ns, ret);
}

std::string expiry_line(std::uint64_t client, const std::string& name, lock::Token token,
                        std::int64_t start_ns) {
  return line(client, Described{name, "expire", Object().number("token", token.value)}, start_ns,
              std::nullopt, std::nullopt);
}

}  // namespace client
