#include <nlohmann/json.hpp>

#include "core/base/overload.hpp"
#include "sim/check/history_file.hpp"

namespace check {

namespace {

using Json = nlohmann::ordered_json;

const char* name_of(Mode mode) {
  switch (mode) {
    case Mode::exclusive:
      return "exclusive";
    case Mode::shared:
      return "shared";
    case Mode::counted:
      return "counted";
  }
  return "?";
}

Json value_json(const Value& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json set_json(const StatusSet& op) {
  Json out{{"state", op.state}};
  if (op.code) out["code"] = *op.code;
  out["value"] = op.value;
  if (op.token) out["token"] = *op.token;
  if (op.if_revision) out["if_revision"] = *op.if_revision;
  out["ttl_ms"] = op.ttl_ms;
  return out;
}

Json acquire_json(const Acquire& op) {
  Json out{{"mode", name_of(op.mode)}};
  if (op.mode == Mode::counted) out["limit"] = op.limit;
  out["wait"] = op.wait;
  if (op.detached_ms) out["detached_ms"] = *op.detached_ms;
  if (op.max_hold_ms != 0) out["max_hold_ms"] = op.max_hold_ms;
  if (op.lock_delay_ms != 0) out["lock_delay_ms"] = op.lock_delay_ms;
  if (!op.queue.empty()) out["queue"] = op.queue;
  if (op.queue == "priority") out["level"] = op.level;
  return out;
}

Json once_json(const Once& op) {
  return Json{{"keep_ms", op.keep_ms},
              {"attempts", op.attempts},
              {"on_fail", op.replay ? "replay" : "next"},
              {"input", op.input},
              {"wait", op.wait}};
}

Json finish_json(const OnceFinish& op) {
  Json out{{"token", op.token}, {"code", op.code}, {"value", op.value}};
  if (op.cut) out["cut"] = true;
  return out;
}

Json args_json(const Op& op) {
  return std::visit(base::Overload{
                        [](const Acquire& o) { return acquire_json(o); },
                        [](const Release& o) {
                          return Json{{"token", o.token}};
                        },
                        [](const Renew& o) {
                          return Json{{"token", o.token}, {"ttl_ms", o.ttl_ms}};
                        },
                        [](const CheckHold& o) {
                          return Json{{"token", o.token}};
                        },
                        [](const StatusSet& o) { return set_json(o); },
                        [](const StatusClear& o) {
                          return o.if_revision ? Json{{"if_revision", *o.if_revision}} : Json::object();
                        },
                        [](const StatusGet&) { return Json(Json::object()); },
                        [](const Expire& o) {
                          return Json{{"token", o.token}};
                        },
                        [](const Read&) { return Json(Json::object()); },
                        [](const Write& o) {
                          return Json{{"value", value_json(o.value)}};
                        },
                        [](const Cas& o) {
                          return Json{{"from", value_json(o.from)}, {"to", value_json(o.to)}};
                        },
                        [](const Get&) { return Json(Json::object()); },
                        [](const Put& o) {
                          return Json{{"value", o.value}};
                        },
                        [](const Append& o) {
                          return Json{{"value", o.value}};
                        },
                        [](const Leave& o) {
                          return Json{{"token", o.token}};
                        },
                        [](const Downgrade& o) {
                          return Json{{"token", o.token}};
                        },
                        [](const Break& o) {
                          return Json{{"token", o.token}, {"now", o.now}};
                        },
                        [](const Once& o) { return once_json(o); },
                        [](const OnceFinish& o) { return finish_json(o); },
                    },
                    op);
}

Json seen_json(const StatusSeen& seen) {
  Json out;
  if (seen.record) {
    out["state"] = seen.record->state;
    if (seen.record->code) out["code"] = *seen.record->code;
    out["value"] = seen.record->value;
    out["revision"] = seen.record->revision;
    if (seen.record->token) out["token"] = *seen.record->token;
  } else {
    out["state"] = nullptr;
  }
  if (seen.holders.empty()) out["holder"] = nullptr;
  if (seen.holders.size() == 1 && !seen.more) out["holder"] = seen.holders.front();
  out["holders"] = seen.holders;
  if (seen.more) out["holder_count"] = seen.holders.size() + 1;
  return out;
}

const char* stood_key(const Op& op) {
  if (std::holds_alternative<Release>(op)) return "released";
  if (std::holds_alternative<Leave>(op)) return "left";
  if (std::holds_alternative<Downgrade>(op)) return "downgraded";
  return std::holds_alternative<Break>(op) ? "broken" : "held";
}

Json not_granted_json(const Op& op, const NotGranted& ret) {
  Json out{{std::holds_alternative<Once>(op) ? "run" : "granted", false}};
  if (ret.refused) out["superseded"] = true;
  return out;
}

Json outcome_json(const Outcome& ret) {
  Json out{{"outcome", ret.state},
           {"code", ret.code},
           {"value", ret.value},
           {"attempt", ret.attempt},
           {"revision", ret.revision}};
  if (ret.cut) out["cut"] = true;
  return out;
}

Json differs_json(const Op& op, const RevisionDiffers& ret) {
  const char* key = std::holds_alternative<StatusClear>(op) ? "cleared" : "set";
  return Json{{key, false}, {"revision", ret.actual}};
}

Json ret_json(const Op& op, const Ret& ret) {
  return std::visit(base::Overload{
                        [](const Granted& r) {
                          Json out{{"granted", true}, {"token", r.token}};
                          if (r.entries > 1) out["entries"] = r.entries;
                          return out;
                        },
                        [&](const NotGranted& r) { return not_granted_json(op, r); },
                        [&](const Stood& r) {
                          return Json{{stood_key(op), r.yes}};
                        },
                        [](const StatusWritten& r) {
                          return Json{{"set", true}, {"revision", r.revision}};
                        },
                        [&](const RevisionDiffers& r) { return differs_json(op, r); },
                        [&](const StaleToken&) {
                          const bool once = std::holds_alternative<OnceFinish>(op);
                          return Json{{once ? "finished" : "set", false}, {"stale_token", true}};
                        },
                        [](const Cleared& r) {
                          return Json{{"cleared", r.existed}};
                        },
                        [](const StatusSeen& r) { return seen_json(r); },
                        [](const ValueSeen& r) {
                          return Json{{"value", value_json(r.value)}};
                        },
                        [](const Swapped& r) {
                          return Json{{"swapped", r.yes}};
                        },
                        [](const Done&) { return Json(Json::object()); },
                        [](const Run& r) {
                          return Json{{"run", true}, {"token", r.token}, {"attempt", r.attempt}};
                        },
                        [](const Outcome& r) { return outcome_json(r); },
                        [](const Finished& r) {
                          return Json{{"finished", true}, {"state", r.state}, {"revision", r.revision}};
                        },
                    },
                    ret);
}

}  // namespace

std::string to_json(const Operation& operation) {
  Json out{{"client", operation.client},
           {"key", operation.key},
           {"op", name_of(operation.op)},
           {"args", args_json(operation.op)}};
  if (operation.group) out["group"] = *operation.group;
  out["start"] = operation.start;
  if (operation.queued) out["queued"] = *operation.queued;
  out["end"] = operation.end ? Json(*operation.end) : Json(nullptr);
  if (operation.ret) out["ret"] = ret_json(operation.op, *operation.ret);
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace check
