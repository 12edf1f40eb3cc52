#include "core/client/history_words.hpp"

#include <utility>

#include "core/base/overload.hpp"

namespace client {

using base::Overload;

namespace {

using Lines = std::vector<Described>;

std::uint64_t count(lock::Millis ms) {
  return static_cast<std::uint64_t>(ms.count());
}

JsonObject of_token(lock::Token token) {
  return JsonObject().number("token", token.value);
}

JsonObject mode_args(const lock::Mode& mode) {
  return std::visit(Overload{
                        [](const lock::Exclusive&) { return JsonObject().text("mode", "exclusive"); },
                        [](const lock::Shared&) { return JsonObject().text("mode", "shared"); },
                        [](const lock::Counted& c) {
                          return JsonObject().text("mode", "counted").number("limit", std::uint64_t{c.limit});
                        },
                    },
                    mode);
}

void queueing_args(JsonObject& args, const lock::Queueing& queueing) {
  std::visit(Overload{
                 [](const lock::Fifo&) {},
                 [&](const lock::Barge&) { args.text("queue", "barge"); },
                 [&](const lock::Newest&) { args.text("queue", "newest"); },
                 [&](const lock::Priority& p) {
                   args.text("queue", "priority").number("level", std::int64_t{p.level});
                 },
             },
             queueing);
}

Lines asked(const lock::Acquire& a) {
  Lines lines;
  for (const auto& [name, mode] : a.locks) {
    auto args = mode_args(mode);
    args.boolean("wait", a.wait);
    if (a.detached) args.number("detached_ms", count(*a.detached));
    if (a.max_hold) args.number("max_hold_ms", count(*a.max_hold));
    if (a.lock_delay > lock::Millis(0)) args.number("lock_delay_ms", count(a.lock_delay));
    queueing_args(args, a.queueing);
    lines.push_back({name, "acquire", std::move(args)});
  }
  return lines;
}

Described asked(const lock::SetStatus& s) {
  JsonObject args;
  args.text("state", s.state);
  if (s.code) args.number("code", *s.code);
  args.text("value", s.value);
  if (s.token) args.number("token", s.token->value);
  if (s.if_revision) args.number("if_revision", s.if_revision->value);
  args.number("ttl_ms", count(s.ttl));
  return {s.name, "status_set", std::move(args)};
}

Described asked(const lock::ClearStatus& c) {
  JsonObject args;
  if (c.if_revision) args.number("if_revision", c.if_revision->value);
  return {c.name, "status_clear", std::move(args)};
}

Described asked(const lock::Once& o) {
  JsonObject args;
  args.number("keep_ms", count(o.keep)).number("attempts", std::uint64_t{o.attempts});
  args.text("on_fail", o.on_fail == lock::OnFail::next ? "next" : "replay");
  args.text("input", o.input).boolean("wait", o.wait);
  return {o.name, "once", std::move(args)};
}

Described asked(const lock::FinishOnce& f) {
  auto args = of_token(f.token);
  args.number("code", f.code).text("value", f.output.view());
  if (f.cut) args.boolean("cut", true);
  return {f.name, "once_finish", std::move(args)};
}

Lines asked_leave(const std::optional<Grant>& grant) {
  Lines lines;
  if (!grant) return lines;
  for (const auto& name : grant->names) lines.push_back({name, "leave", of_token(grant->token)});
  return lines;
}

Lines asked(const lock::Operation& operation, const std::optional<Grant>& left) {
  using namespace lock;
  return std::visit(Overload{
                        [](const Acquire& a) { return asked(a); },
                        [](const Release& r) {
                          return Lines{{r.name, "release", of_token(r.token)}};
                        },
                        [](const Renew& r) {
                          return Lines{{r.name, "renew", of_token(r.token).number("ttl_ms", count(r.ttl))}};
                        },
                        [](const Cancel&) { return Lines(); },
                        [](const SetStatus& s) { return Lines{asked(s)}; },
                        [](const ClearStatus& c) { return Lines{asked(c)}; },
                        [&](const Leave&) { return asked_leave(left); },
                        [](const Downgrade& d) {
                          return Lines{{d.name, "downgrade", of_token(d.token)}};
                        },
                        [](const Break& b) {
                          return Lines{{b.name, "break", of_token(b.token).boolean("now", b.now)}};
                        },
                        [](const Once& o) { return Lines{asked(o)}; },
                        [](const FinishOnce& f) { return Lines{asked(f)}; },
                    },
                    operation);
}

Lines asked(const lock::Query& query) {
  using namespace lock;
  return std::visit(Overload{
                        [](const GetStatus& g) {
                          return Lines{{g.name, "status_get", JsonObject()}};
                        },
                        [](const WaitStatus& w) {
                          return Lines{{w.name, "status_get", JsonObject()}};
                        },
                        [](const CheckHold& c) {
                          return Lines{{c.name, "check", of_token(c.token)}};
                        },
                        [](const List&) { return Lines(); },
                        [](const GetHealth&) { return Lines(); },
                        [](const GetAudit&) { return Lines(); },
                        [](const GetSettings&) { return Lines(); },
                        [](const Watch&) { return Lines(); },
                    },
                    query);
}

// As long as at most one holds, also as `holder`.
void holders_seen(JsonObject& ret, const lock::NameView& view) {
  if (view.holders.empty()) ret.null("holder");
  if (view.holders.size() == 1 && view.holder_count <= 1)
    ret.number("holder", view.holders.front().token.value);
  std::string tokens;
  for (const auto& holder : view.holders) {
    tokens += (tokens.empty() ? "" : ", ") + std::to_string(holder.token.value);
  }
  ret.raw("holders", "[" + tokens + "]");
  if (view.holder_count > view.holders.size()) ret.number("holder_count", view.holder_count);
}

JsonObject seen(const lock::NameView& view) {
  JsonObject ret;
  if (view.record) {
    ret.text("state", view.record->state).number("revision", view.record->revision.value);
    ret.text("value", view.record->value.view());
    if (view.record->code) ret.number("code", *view.record->code);
    if (view.record->token) ret.number("token", view.record->token->value);
  } else {
    ret.null("state");
  }
  holders_seen(ret, view);
  return ret;
}

JsonObject granted(const std::string& op, const lock::Granted& g) {
  JsonObject ret;
  ret.boolean(op == "once" ? "run" : "granted", true).number("token", g.token.value);
  if (op == "once") ret.number("attempt", std::uint64_t{g.attempt});
  if (g.entries > 1) ret.number("entries", std::uint64_t{g.entries});
  return ret;
}

JsonObject ended(const lock::OnceEnded& e) {
  JsonObject ret;
  ret.text("outcome", e.state).number("code", e.code).text("value", e.output.view());
  ret.number("attempt", std::uint64_t{e.attempt}).number("revision", e.revision.value);
  if (e.cut) ret.boolean("cut", true);
  return ret;
}

JsonObject not_granted(const std::string& op) {
  return JsonObject().boolean(op == "once" ? "run" : "granted", false);
}

// NotHeld says `no` to whichever of these was asked.
JsonObject not_held(const std::string& op) {
  const char* key = op == "release"     ? "released"
                    : op == "leave"     ? "left"
                    : op == "downgrade" ? "downgraded"
                    : op == "break"     ? "broken"
                                        : "held";
  return JsonObject().boolean(key, false);
}

JsonObject stale_token(const std::string& op) {
  return JsonObject().boolean(op == "once_finish" ? "finished" : "set", false).boolean("stale_token", true);
}

JsonObject mismatch(const std::string& op, const lock::RevisionMismatch& m) {
  return JsonObject()
      .boolean(op == "status_set" ? "set" : "cleared", false)
      .number("revision", m.actual.value);
}

}  // namespace

std::vector<Described> describe(const Recorded& recorded) {
  return std::visit(
      Overload{[&](const lock::Operation& o) { return asked(o, recorded.left); },
               [](const lock::Query& q) { return asked(q); }, [](const CloseSession&) { return Lines(); },
               [](const lock::Admin&) { return Lines(); }},
      recorded.question);
}

std::optional<JsonObject> returned(const std::string& op, const lock::Reply& reply) {
  using namespace lock;
  using Maybe = std::optional<JsonObject>;
  return std::visit(
      Overload{
          [&](const Granted& g) -> Maybe { return granted(op, g); },
          [&](const Held&) -> Maybe { return not_granted(op); },
          [&](const Cancelled&) -> Maybe { return not_granted(op); },
          [&](const Superseded&) -> Maybe { return not_granted(op).boolean("superseded", true); },
          [&](const Deadlock&) -> Maybe { return not_granted(op).boolean("deadlock", true); },
          [](const OnceEnded& e) -> Maybe { return ended(e); },
          [](const OnceFinished& f) -> Maybe {
            JsonObject ret;
            return ret.boolean("finished", true).text("state", f.state).number("revision", f.revision.value);
          },
          [&](const Released&) -> Maybe {
            return JsonObject().boolean(op == "leave" ? "left" : "released", true);
          },
          [](const Downgraded&) -> Maybe { return JsonObject().boolean("downgraded", true); },
          [](const Broken& b) -> Maybe {
            return JsonObject().boolean("broken", true).number("blocked_ms", count(b.blocked_for));
          },
          [](const Renewed&) -> Maybe { return JsonObject().boolean("held", true); },
          [](const HoldStands&) -> Maybe { return JsonObject().boolean("held", true); },
          [&](const NotHeld&) -> Maybe { return not_held(op); },
          [](const StatusSet& s) -> Maybe {
            return JsonObject().boolean("set", true).number("revision", s.revision.value);
          },
          [](const StatusCleared& c) -> Maybe { return JsonObject().boolean("cleared", c.existed); },
          [&](const RevisionMismatch& m) -> Maybe { return mismatch(op, m); },
          [&](const StaleToken&) -> Maybe { return stale_token(op); },
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
          [](const AuditTrail&) -> Maybe { return std::nullopt; },
          [](const Settings&) -> Maybe { return std::nullopt; },
          [](const Changes&) -> Maybe { return std::nullopt; },
          [](const Reset&) -> Maybe { return std::nullopt; },
      },
      reply);
}

}  // namespace client
