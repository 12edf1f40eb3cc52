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

std::string describe_acquire(const Acquire& op) {
  std::string out = op.wait ? "acquire" : "acquire without waiting";
  if (op.mode == Mode::shared) out += " shared";
  if (op.mode == Mode::counted) out += " one of " + std::to_string(op.limit);
  if (!op.queue.empty()) out += " " + op.queue;
  if (op.lock_delay_ms != 0) out += " delay=" + std::to_string(op.lock_delay_ms) + "ms";
  if (op.max_hold_ms != 0) out += " max=" + std::to_string(op.max_hold_ms) + "ms";
  return out;
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
                        [](const Leave&) { return "leave"; },
                        [](const Downgrade&) { return "downgrade"; },
                        [](const Break&) { return "break"; },
                        [](const Once&) { return "once"; },
                        [](const OnceFinish&) { return "once_finish"; },
                    },
                    op);
}

std::string describe(const Op& op) {
  return std::visit(
      base::Overload{
          [](const Acquire& o) { return describe_acquire(o); },
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
          [](const Leave& o) { return "leave" + number("token", o.token); },
          [](const Downgrade& o) { return "downgrade" + number("token", o.token); },
          [](const Break& o) { return (o.now ? "break now" : "break") + number("token", o.token); },
          [](const Once&) { return std::string("once"); },
          [](const OnceFinish& o) {
            return "finish" + number("token", o.token) + " code=" + std::to_string(o.code) +
                   (o.value.empty() ? "" : " value=" + quoted(o.value));
          },
      },
      op);
}

std::string describe(const std::optional<Ret>& ret) {
  if (!ret) return "?";
  return std::visit(
      base::Overload{
          [](const Granted& r) {
            return "token " + std::to_string(r.token) +
                   (r.entries > 1 ? " entry " + std::to_string(r.entries) : "");
          },
          [](const NotGranted& r) { return std::string(r.refused ? "refused" : "not granted"); },
          [](const Stood& r) { return std::string(r.yes ? "yes" : "no such hold"); },
          [](const StatusWritten& r) { return "revision " + std::to_string(r.revision); },
          [](const RevisionDiffers& r) {
            return r.actual == 0 ? std::string("refused: no record")
                                 : "refused: revision " + std::to_string(r.actual);
          },
          [](const StaleToken&) { return std::string("refused: stale token"); },
          [](const Cleared& r) { return std::string(r.existed ? "cleared" : "no record"); },
          [](const StatusSeen& r) {
            std::string out = r.record ? describe_record(*r.record) : "no record";
            if (r.holders.empty()) return out + " free";
            for (const auto holder : r.holders) out += number("holder", holder);
            return out;
          },
          [](const ValueSeen& r) { return shown(r.value); },
          [](const Swapped& r) { return std::string(r.yes ? "swapped" : "another value"); },
          [](const Done&) { return std::string("ok"); },
          [](const Run& r) { return "run" + number("token", r.token) + number("attempt", r.attempt); },
          [](const Outcome& r) {
            return r.state + " code=" + std::to_string(r.code) +
                   (r.value.empty() ? "" : " value=" + quoted(r.value)) + number("attempt", r.attempt) +
                   number("revision", r.revision);
          },
          [](const Finished& r) { return r.state + number("revision", r.revision); },
      },
      *ret);
}

}  // namespace check
