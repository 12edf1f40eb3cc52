#include <nlohmann/json.hpp>

#include "core/base/overload.hpp"
#include "sim/check/history_file.hpp"

namespace check {

namespace {

using Json = nlohmann::ordered_json;

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

Json args_json(const Op& op) {
  return std::visit(base::Overload{
                        [](const Acquire& o) {
                          Json out{{"mode", "exclusive"}, {"wait", o.wait}};
                          if (o.detached_ms) out["detached_ms"] = *o.detached_ms;
                          return out;
                        },
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
  out["holder"] = seen.holder ? Json(*seen.holder) : Json(nullptr);
  return out;
}

const char* stood_key(const Op& op) {
  return std::holds_alternative<Release>(op) ? "released" : "held";
}

Json differs_json(const Op& op, const RevisionDiffers& ret) {
  const char* key = std::holds_alternative<StatusClear>(op) ? "cleared" : "set";
  return Json{{key, false}, {"revision", ret.actual}};
}

Json ret_json(const Op& op, const Ret& ret) {
  return std::visit(base::Overload{
                        [](const Granted& r) {
                          return Json{{"granted", true}, {"token", r.token}};
                        },
                        [](const NotGranted&) {
                          return Json{{"granted", false}};
                        },
                        [&](const Stood& r) {
                          return Json{{stood_key(op), r.yes}};
                        },
                        [](const StatusWritten& r) {
                          return Json{{"set", true}, {"revision", r.revision}};
                        },
                        [&](const RevisionDiffers& r) { return differs_json(op, r); },
                        [](const StaleToken&) {
                          return Json{{"set", false}, {"stale_token", true}};
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
                    },
                    ret);
}

}  // namespace

std::string to_json(const Operation& operation) {
  Json out{{"client", operation.client},  {"key", operation.key},
           {"op", name_of(operation.op)}, {"args", args_json(operation.op)},
           {"start", operation.start},    {"end", operation.end ? Json(*operation.end) : Json(nullptr)}};
  if (operation.ret) out["ret"] = ret_json(operation.op, *operation.ret);
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace check
