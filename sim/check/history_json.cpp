#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "core/base/overload.hpp"
#include "sim/check/history_file.hpp"

namespace check {

namespace {

using Json = nlohmann::json;

// Reads the members of one JSON object; keeps the first thing that is wrong, and refuses members nobody asked
// for.
class Members {
 public:
  Members(const Json& object, std::string name, std::string& error)
      : object_(object), name_(std::move(name)), error_(error) {
    if (!object_.is_object()) fail(name_ + " is not an object; expected {…}");
  }

  bool has(const char* key) {
    seen_.insert(key);
    return object_.is_object() && object_.contains(key);
  }
  bool is_null(const char* key) { return has(key) && object_.at(key).is_null(); }

  std::uint64_t number(const char* key) {
    const Json* found = find(key, "a whole number of at least 0");
    if (!found) return 0;
    if (found->is_number_unsigned()) return found->get<std::uint64_t>();
    return mistyped(key, "a whole number of at least 0"), 0;
  }
  std::int64_t integer(const char* key) {
    const Json* found = find(key, "a whole number");
    if (!found) return 0;
    if (found->is_number_unsigned() && found->get<std::uint64_t>() <= INT64_MAX)
      return found->get<std::int64_t>();
    if (found->is_number_integer() && !found->is_number_unsigned()) return found->get<std::int64_t>();
    return mistyped(key, "a whole number of 64 bits"), 0;
  }
  bool boolean(const char* key) {
    const Json* found = find(key, "true or false");
    if (!found) return false;
    if (found->is_boolean()) return found->get<bool>();
    return mistyped(key, "true or false"), false;
  }
  std::string text(const char* key) {
    const Json* found = find(key, "a text");
    if (!found) return {};
    if (found->is_string()) return found->get<std::string>();
    return mistyped(key, "a text"), std::string();
  }
  // A text, a whole number or null.
  Value value(const char* key) {
    const Json* found = find(key, "a text, a whole number or null");
    if (!found || found->is_null()) return std::nullopt;
    if (found->is_string()) return found->get<std::string>();
    if (found->is_number_integer()) return found->dump();
    return mistyped(key, "a text, a whole number or null"), std::nullopt;
  }
  Token token(const char* key) {
    const auto v = number(key);
    if (v == 0 && error_.empty()) fail(member(key) + " is 0; tokens begin at 1");
    return v;
  }
  std::vector<Token> tokens(const char* key) {
    std::vector<Token> tokens;
    const Json* found = find(key, "a list of tokens");
    if (!found) return tokens;
    if (!found->is_array()) return mistyped(key, "a list of tokens"), tokens;
    for (const auto& one : *found) {
      if (!one.is_number_unsigned()) return mistyped(key, "a list of tokens"), tokens;
      tokens.push_back(one.get<Token>());
    }
    return tokens;
  }
  std::optional<std::uint64_t> maybe_number(const char* key) {
    return has(key) ? std::optional(number(key)) : std::nullopt;
  }
  std::optional<Token> maybe_token(const char* key) {
    return has(key) ? std::optional(token(key)) : std::nullopt;
  }
  Members object(const char* key) {
    static const Json empty = Json::object();
    const Json* found = find(key, "an object");
    return Members(found ? *found : empty, name_.empty() ? key : name_ + "." + key, error_);
  }

  void finish() {
    if (!error_.empty() || !object_.is_object()) return;
    for (const auto& item : object_.items()) {
      if (!seen_.count(item.key()))
        return fail("unknown key " + member(item.key()) + "; known here: " + known());
    }
  }
  void fail(std::string what) {
    if (error_.empty()) error_ = std::move(what);
  }

 private:
  const Json* find(const char* key, const char* expected) {
    if (has(key)) return &object_.at(key);
    fail("missing " + member(key) + "; expected " + expected);
    return nullptr;
  }
  void mistyped(const char* key, const char* expected) {
    fail(member(key) + " is " + object_.at(key).dump(-1, ' ', false, Json::error_handler_t::replace) +
         "; expected " + expected);
  }
  std::string member(const std::string& key) const {
    return "\"" + (name_.empty() ? key : name_ + "." + key) + "\"";
  }
  std::string known() const {
    std::string out;
    for (const auto& key : seen_) out += (out.empty() ? "" : ", ") + key;
    return out.empty() ? "nothing" : out;
  }

  const Json& object_;
  std::string name_;
  std::string& error_;
  std::set<std::string> seen_;
};

Op read_acquire(Members& args) {
  Acquire acquire{args.has("wait") ? args.boolean("wait") : true, args.maybe_number("detached_ms")};
  const auto mode = args.has("mode") ? args.text("mode") : "exclusive";
  if (mode == "shared") acquire.mode = Mode::shared;
  if (mode == "counted") {
    acquire.mode = Mode::counted;
    acquire.limit = args.number("limit");
  }
  if (acquire.mode == Mode::exclusive && mode != "exclusive")
    args.fail("\"args.mode\" is \"" + mode + "\"; expected \"exclusive\", \"shared\" or \"counted\"");
  acquire.max_hold_ms = args.maybe_number("max_hold_ms").value_or(0);
  acquire.lock_delay_ms = args.maybe_number("lock_delay_ms").value_or(0);
  if (args.has("queue")) acquire.queue = args.text("queue");
  if (args.has("level")) acquire.level = args.integer("level");
  return acquire;
}

Op read_once(Members& args) {
  Once once;
  once.keep_ms = args.number("keep_ms");
  once.attempts = args.number("attempts");
  once.replay = args.text("on_fail") == "replay";
  if (args.has("input")) once.input = args.text("input");
  if (args.has("wait")) once.wait = args.boolean("wait");
  return once;
}

Op read_finish(Members& args) {
  OnceFinish finish{args.token("token"), args.integer("code"), args.text("value"), false};
  if (args.has("cut")) finish.cut = args.boolean("cut");
  return finish;
}

// "superseded" and "deadlock" say that it was refused whatever the lock's state.
NotGranted read_not_granted(Members& ret) {
  const bool superseded = ret.has("superseded") && ret.boolean("superseded");
  const bool deadlock = ret.has("deadlock") && ret.boolean("deadlock");
  return NotGranted{superseded || deadlock};
}

Ret read_once_ret(Members& ret) {
  if (ret.has("outcome")) {
    Outcome outcome{ret.text("outcome"),   ret.integer("code"),   ret.text("value"),
                    ret.number("attempt"), ret.token("revision"), false};
    if (ret.has("cut")) outcome.cut = ret.boolean("cut");
    return outcome;
  }
  if (!ret.boolean("run")) return read_not_granted(ret);
  return Run{ret.token("token"), ret.number("attempt")};
}

Ret read_finished(Members& ret) {
  if (ret.boolean("finished")) return Finished{ret.text("state"), ret.token("revision")};
  ret.boolean("stale_token");
  return StaleToken{};
}

Op read_status_set(Members& args) {
  StatusSet set;
  set.state = args.text("state");
  if (args.has("code")) set.code = args.integer("code");
  if (args.has("value")) set.value = args.text("value");
  set.token = args.maybe_token("token");
  set.if_revision = args.maybe_number("if_revision");
  if (args.has("ttl_ms")) set.ttl_ms = args.number("ttl_ms");
  return set;
}

Ret read_granted(Members& ret) {
  if (!ret.boolean("granted")) return read_not_granted(ret);
  return Granted{ret.token("token"), ret.maybe_number("entries").value_or(1)};
}

Ret read_status_written(Members& ret) {
  if (ret.boolean("set")) return StatusWritten{ret.token("revision")};
  if (ret.has("stale_token") && ret.boolean("stale_token")) return StaleToken{};
  return RevisionDiffers{ret.number("revision")};
}

Ret read_cleared(Members& ret) {
  const bool cleared = ret.boolean("cleared");
  if (!cleared && ret.has("revision")) return RevisionDiffers{ret.number("revision")};
  return Cleared{cleared};
}

Ret read_status_seen(Members& ret) {
  StatusSeen seen;
  if (!ret.is_null("state")) {
    RecordSeen record;
    record.state = ret.text("state");
    record.revision = ret.token("revision");
    if (ret.has("value")) record.value = ret.text("value");
    if (ret.has("code") && !ret.is_null("code")) record.code = ret.integer("code");
    if (ret.has("token") && !ret.is_null("token")) record.token = ret.token("token");
    seen.record = std::move(record);
  }
  // What has no list has told its one holder.
  const bool one = ret.has("holder") && !ret.is_null("holder");
  if (ret.has("holders")) {
    seen.holders = ret.tokens("holders");
  } else if (one) {
    seen.holders = {ret.token("holder")};
  } else if (!ret.has("holder")) {
    ret.token("holder");
  }
  seen.more = ret.maybe_number("holder_count").value_or(0) > seen.holders.size();
  return seen;
}

struct Shape {
  std::function<Op(Members&)> args;
  std::function<Ret(Members&)> ret;
};

Ret read_done(Members&) {
  return Done{};
}
Ret read_value_seen(Members& ret) {
  return ValueSeen{ret.value("value")};
}

const std::map<std::string, Shape>& shapes() {
  static const std::map<std::string, Shape> all{
      {"acquire", {read_acquire, read_granted}},
      {"release",
       {[](Members& a) -> Op { return Release{a.token("token")}; },
        [](Members& r) -> Ret { return Stood{r.boolean("released")}; }}},
      {"renew",
       {[](Members& a) -> Op {
          return Renew{a.token("token"), a.number("ttl_ms")};
        },
        [](Members& r) -> Ret { return Stood{r.boolean("held")}; }}},
      {"check",
       {[](Members& a) -> Op { return CheckHold{a.token("token")}; },
        [](Members& r) -> Ret { return Stood{r.boolean("held")}; }}},
      {"status_set", {read_status_set, read_status_written}},
      {"status_clear",
       {[](Members& a) -> Op { return StatusClear{a.maybe_number("if_revision")}; }, read_cleared}},
      {"status_get", {[](Members&) -> Op { return StatusGet{}; }, read_status_seen}},
      {"expire", {[](Members& a) -> Op { return Expire{a.token("token")}; }, nullptr}},
      {"read", {[](Members&) -> Op { return Read{}; }, read_value_seen}},
      {"write", {[](Members& a) -> Op { return Write{a.value("value")}; }, read_done}},
      {"cas",
       {[](Members& a) -> Op {
          return Cas{a.value("from"), a.value("to")};
        },
        [](Members& r) -> Ret { return Swapped{r.boolean("swapped")}; }}},
      {"get", {[](Members&) -> Op { return Get{}; }, read_value_seen}},
      {"put", {[](Members& a) -> Op { return Put{a.text("value")}; }, read_done}},
      {"append", {[](Members& a) -> Op { return Append{a.text("value")}; }, read_done}},
      {"leave",
       {[](Members& a) -> Op { return Leave{a.token("token")}; },
        [](Members& r) -> Ret { return Stood{r.boolean("left")}; }}},
      {"downgrade",
       {[](Members& a) -> Op { return Downgrade{a.token("token")}; },
        [](Members& r) -> Ret { return Stood{r.boolean("downgraded")}; }}},
      {"break",
       {[](Members& a) -> Op {
          return Break{a.token("token"), a.has("now") && a.boolean("now")};
        },
        [](Members& r) -> Ret {
          r.has("blocked_ms");
          return Stood{r.boolean("broken")};
        }}},
      {"once", {read_once, read_once_ret}},
      {"once_finish", {read_finish, read_finished}},
  };
  return all;
}

void read_outcome(Members& line, const std::string& name, const Shape& shape, Operation& operation) {
  if (!line.has("end"))
    return line.fail("missing \"end\"; expected a time, or null where the outcome is unknown");
  if (line.is_null("end")) {
    if (line.has("ret")) line.fail("\"ret\" beside \"end\": null; an unknown outcome has no \"ret\"");
    return;
  }
  if (!shape.ret) return line.fail("\"end\" of an operation \"" + name + "\" is a time; expected null");
  operation.end = line.integer("end");
  if (*operation.end < operation.start)
    line.fail("\"end\" is before \"start\"; expected a time at or after it");
  Members ret = line.object("ret");
  operation.ret = shape.ret(ret);
  ret.finish();
}

Operation read_line(const Json& json, std::string& error) {
  Operation operation;
  Members line(json, "", error);
  operation.client = line.number("client");
  operation.key = line.text("key");
  operation.start = line.integer("start");
  operation.group = line.maybe_number("group");
  if (line.has("queued")) operation.queued = line.integer("queued");
  const auto name = line.text("op");
  if (!error.empty()) return operation;
  const auto found = shapes().find(name);
  if (found == shapes().end()) {
    std::string known;
    for (const auto& shape : shapes()) known += (known.empty() ? "" : ", ") + shape.first;
    line.fail("unknown operation \"" + name + "\"; expected one of " + known);
    return operation;
  }
  if (line.has("args")) {
    Members args = line.object("args");
    operation.op = found->second.args(args);
    args.finish();
  } else {
    static const Json empty = Json::object();
    Members args(empty, "args", error);
    operation.op = found->second.args(args);
  }
  read_outcome(line, name, found->second, operation);
  line.finish();
  return operation;
}

}  // namespace

base::Result<History> parse_json(std::string_view text, const std::string& file) {
  History history;
  std::size_t line_number = 0;
  while (!text.empty()) {
    ++line_number;
    const auto newline = text.find('\n');
    const auto line = text.substr(0, newline);
    text = newline == std::string_view::npos ? std::string_view() : text.substr(newline + 1);
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const auto where = file + ":" + std::to_string(line_number) + ": ";
    const Json json = Json::parse(line.begin(), line.end(), nullptr, false);
    if (!json.is_object()) {
      return base::Error{where +
                         "not a JSON object; expected one operation a line, as {\"client\": …, \"key\": …, "
                         "\"op\": …, \"args\": {…}, \"start\": …, \"end\": …, \"ret\": {…}}"};
    }
    std::string error;
    history.push_back(read_line(json, error));
    if (!error.empty()) return base::Error{where + error};
  }
  return history;
}

}  // namespace check
