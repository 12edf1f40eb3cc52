#include "sim/check/history.hpp"

#include "core/base/overload.hpp"

namespace check {

namespace {

std::string number(const char* name, std::uint64_t v) {
  return std::string(" ") + name + "=" + std::to_string(v);
}

std::string quoted(const std::string& text) {
  constexpr std::size_t shown_max = 24;
  if (text.size() <= shown_max) return "\"" + text + "\"";
  return "\"" + text.substr(0, shown_max) + "...\" (" + std::to_string(text.size()) + " bytes)";
}

std::string shown(const Value& value) {
  return value ? *value : "nil";
}

std::string describe_set(const StatusSet& op) {
  std::string out = "status_set " + op.state;
  if (op.code) out += " code=" + std::to_string(*op.code);
  if (!op.value.empty()) out += " value=" + quoted(op.value);
  if (op.token) out += number("token", *op.token);
  if (op.if_revision) out += number("if_revision", *op.if_revision);
  return out;
}

std::string describe_record(const RecordSeen& record) {
  std::string out = record.state;
  if (record.code) out += " code=" + std::to_string(*record.code);
  if (!record.value.empty()) out += " value=" + quoted(record.value);
  out += number("revision", record.revision);
  if (record.token) out += number("token", *record.token);
  return out;
}

}  // namespace

const char* name_of(const Op& op) {
  return std::visit(base::Overload{
                        [](const Acquire&) { return "acquire"; },
                        [](const Release&) { return "release"; },
                        [](const Renew&) { return "renew"; },
                        [](const CheckHold&) { return "check"; },
                        [](const StatusSet&) { return "status_set"; },
                        [](const StatusClear&) { return "status_clear"; },
                        [](const StatusGet&) { return "status_get"; },
                        [](const Expire&) { return "expire"; },
                        [](const Read&) { return "read"; },
                        [](const Write&) { return "write"; },
                        [](const Cas&) { return "cas"; },
                        [](const Get&) { return "get"; },
                        [](const Put&) { return "put"; },
                        [](const Append&) { return "append"; },
                    },
                    op);
}

std::string describe(const Op& op) {
  return std::visit(
      base::Overload{
          [](const Acquire& o) { return std::string(o.wait ? "acquire" : "acquire without waiting"); },
          [](const Release& o) { return "release" + number("token", o.token); },
          [](const Renew& o) { return "renew" + number("token", o.token); },
          [](const CheckHold& o) { return "check" + number("token", o.token); },
          [](const StatusSet& o) { return describe_set(o); },
          [](const StatusClear& o) {
            return "status_clear" + (o.if_revision ? number("if_revision", *o.if_revision) : "");
          },
          [](const StatusGet&) { return std::string("status_get"); },
          [](const Expire& o) { return "may end by itself" + number("token", o.token); },
          [](const Read&) { return std::string("read"); },
          [](const Write& o) { return "write " + shown(o.value); },
          [](const Cas& o) { return "cas " + shown(o.from) + " to " + shown(o.to); },
          [](const Get&) { return std::string("get"); },
          [](const Put& o) { return "put " + quoted(o.value); },
          [](const Append& o) { return "append " + quoted(o.value); },
      },
      op);
}

std::string describe(const std::optional<Ret>& ret) {
  if (!ret) return "?";
  return std::visit(base::Overload{
                        [](const Granted& r) { return "token " + std::to_string(r.token); },
                        [](const NotGranted&) { return std::string("not granted"); },
                        [](const Stood& r) { return std::string(r.yes ? "yes" : "no such hold"); },
                        [](const StatusWritten& r) { return "revision " + std::to_string(r.revision); },
                        [](const RevisionDiffers& r) {
                          return r.actual == 0 ? std::string("refused: no record")
                                               : "refused: revision " + std::to_string(r.actual);
                        },
                        [](const StaleToken&) { return std::string("refused: stale token"); },
                        [](const Cleared& r) { return std::string(r.existed ? "cleared" : "no record"); },
                        [](const StatusSeen& r) {
                          return (r.record ? describe_record(*r.record) : "no record") +
                                 (r.holder ? number("holder", *r.holder) : " free");
                        },
                        [](const ValueSeen& r) { return shown(r.value); },
                        [](const Swapped& r) { return std::string(r.yes ? "swapped" : "another value"); },
                        [](const Done&) { return std::string("ok"); },
                    },
                    *ret);
}

}  // namespace check
