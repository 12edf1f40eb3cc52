#include <cctype>
#include <functional>
#include <map>

#include "sim/check/history_file.hpp"

namespace check {

namespace {

// One line of a recorded log: a process calls, or learns.
struct RecordedEvent {
  std::uint64_t process = 0;
  std::string type;  // invoke ok fail info
  std::string f;     // read write cas get put append
  std::string key;
  std::vector<Value> values;  // one, or two for a compare-and-set
};

// What :fail means differs between recorders.
enum class Failure { did_not_happen, value_differed };

// Pairs calls with outcomes; the place in the log is the time.
class Pairing {
 public:
  explicit Pairing(Failure failure) : failure_(failure) {}

  // The complaint about this event, if there is one.
  std::optional<std::string> add(const RecordedEvent& event) {
    ++now_;
    if (event.type == "invoke") return call(event);
    const auto open = open_.find(event.process);
    if (open == open_.end()) {
      return ":" + event.type + " of process " + std::to_string(event.process) +
             ", which has nothing open; expected :invoke first";
    }
    const std::size_t at = open->second;
    open_.erase(open);
    if (event.type == "ok") return succeed(at, event);
    if (event.type == "fail") return fail(at);
    return std::nullopt;
  }

  History finish() {
    History kept;
    for (std::size_t i = 0; i < history_.size(); ++i) {
      if (!dropped_[i]) kept.push_back(std::move(history_[i]));
    }
    return kept;
  }

 private:
  std::optional<std::string> call(const RecordedEvent& event) {
    if (open_.count(event.process)) {
      return ":invoke of process " + std::to_string(event.process) +
             ", which has one open; expected its outcome first";
    }
    const auto value = [&](std::size_t i) { return i < event.values.size() ? event.values[i] : Value(); };
    const auto text = [&] { return value(0).value_or(""); };
    Operation operation{event.process, event.key, Read{}, now_, std::nullopt, std::nullopt};
    if (event.f == "write") operation.op = Write{value(0)};
    if (event.f == "get") operation.op = Get{};
    if (event.f == "put") operation.op = Put{text()};
    if (event.f == "append") operation.op = Append{text()};
    if (event.f == "cas") {
      if (event.values.size() != 2) return "a :cas without two values; expected [from to]";
      operation.op = Cas{value(0), value(1)};
    }
    open_[event.process] = history_.size();
    history_.push_back(std::move(operation));
    dropped_.push_back(false);
    return std::nullopt;
  }

  std::optional<std::string> succeed(std::size_t at, const RecordedEvent& event) {
    Operation& operation = history_[at];
    operation.end = now_;
    if (event.f != name_of(operation.op))
      return ":ok of :" + event.f + "; expected :" + name_of(operation.op);
    if (event.f == "read" || event.f == "get") {
      const Value seen = event.values.empty() ? Value() : event.values.front();
      // Knossos: a read of nil is a read whose value nobody knows. In a Jepsen log it is the value.
      if (!seen && failure_ == Failure::did_not_happen) dropped_[at] = true;
      operation.ret = ValueSeen{seen};
    } else if (event.f == "cas") {
      operation.ret = Swapped{true};
    } else {
      operation.ret = Done{};
    }
    return std::nullopt;
  }

  std::optional<std::string> fail(std::size_t at) {
    Operation& operation = history_[at];
    operation.end = now_;
    if (failure_ == Failure::value_differed && std::holds_alternative<Cas>(operation.op)) {
      operation.ret = Swapped{false};
    } else {
      dropped_[at] = true;
    }
    return std::nullopt;
  }

  Failure failure_;
  std::int64_t now_ = 0;
  History history_;
  std::vector<bool> dropped_;
  std::map<std::uint64_t, std::size_t> open_;
};

bool known_type(const std::string& type) {
  return type == "invoke" || type == "ok" || type == "fail" || type == "info";
}
bool known_function(const std::string& f) {
  return f == "read" || f == "write" || f == "cas" || f == "get" || f == "put" || f == "append";
}

// The little of EDN (extensible data notation) that histories use.
class EdnReader {
 public:
  explicit EdnReader(std::string_view text) : text_(text) {}

  std::size_t line() const { return line_; }

  char peek() {
    skip();
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  // A text's content, or a bare word with its colon; nothing at anything else.
  std::optional<std::string> atom() {
    if (peek() == '"') return quoted();
    const auto from = at_;
    while (at_ < text_.size() && !is_delimiter(text_[at_])) ++at_;
    if (at_ == from) return std::nullopt;
    return std::string(text_.substr(from, at_ - from));
  }

 private:
  static bool is_delimiter(char c) {
    return std::isspace(static_cast<unsigned char>(c)) || c == ',' || c == '"' || c == ';' || c == '{' ||
           c == '}' || c == '[' || c == ']' || c == '(' || c == ')';
  }
  void skip() {
    for (; at_ < text_.size(); ++at_) {
      if (text_[at_] == ';') {
        while (at_ + 1 < text_.size() && text_[at_ + 1] != '\n') ++at_;
      } else if (text_[at_] == '\n') {
        ++line_;
      } else if (!std::isspace(static_cast<unsigned char>(text_[at_])) && text_[at_] != ',') {
        return;
      }
    }
  }
  std::optional<std::string> quoted() {
    std::string out;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '"') return ++at_, out;
      if (text_[at_] == '\n') ++line_;
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      out.push_back(text_[at_]);
    }
    return std::nullopt;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

Value edn_value(const std::string& atom) {
  return atom == "nil" ? Value() : Value(atom);
}

bool read_values(EdnReader& in, std::vector<Value>& values) {
  if (!in.take('[')) {
    const auto atom = in.atom();
    if (atom) values.push_back(edn_value(*atom));
    return atom.has_value();
  }
  while (!in.take(']')) {
    const auto atom = in.atom();
    if (!atom) return false;
    values.push_back(edn_value(*atom));
  }
  return true;
}

std::string without_colon(const std::string& word) {
  return word.substr(word.rfind(':', 0) == 0 ? 1 : 0);
}

std::optional<std::uint64_t> parse_process(const std::string& word) {
  if (word.empty() || word.size() > 18) return std::nullopt;
  std::uint64_t out = 0;
  for (const char c : word) {
    if (c < '0' || c > '9') return std::nullopt;
    out = out * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return out;
}

// After the opening brace. `said` gets the process as written: the fault injector is a process too, with a
// name.
std::optional<std::string> read_map(EdnReader& in, RecordedEvent& event, std::string& said) {
  while (!in.take('}')) {
    const auto key = in.atom();
    if (!key) return "expected a key like :process, or }";
    if (*key == ":value") {
      if (!read_values(in, event.values)) return "expected a value after :value";
      continue;
    }
    const auto atom = in.atom();
    if (!atom) return "expected a value after " + *key;
    if (*key == ":process") said = *atom;
    if (*key == ":type") event.type = without_colon(*atom);
    if (*key == ":f") event.f = without_colon(*atom);
    if (*key == ":key") event.key = *atom;
  }
  return std::nullopt;
}

}  // namespace

base::Result<History> parse_edn(std::string_view text, const std::string& file) {
  EdnReader in(text);
  Pairing pairing(Failure::did_not_happen);
  const auto where = [&] { return file + ":" + std::to_string(in.line()) + ": "; };
  const char close = in.take('[') ? ']' : in.take('(') ? ')' : '\0';
  while (in.peek() != close) {
    if (!in.take('{'))
      return base::Error{where() +
                         "expected { and an event, as {:process 0, :type :invoke, :f :read, :value nil}"};
    RecordedEvent event;
    std::string process;
    if (const auto wrong = read_map(in, event, process)) return base::Error{where() + *wrong};
    if (process.rfind(':', 0) == 0) continue;
    const auto number = parse_process(process);
    if (!number) return base::Error{where() + "no :process with a number; expected as in {:process 0, …}"};
    if (!known_type(event.type))
      return base::Error{where() + "unknown :type :" + event.type +
                         "; expected :invoke, :ok, :fail or :info"};
    if (!known_function(event.f)) {
      return base::Error{where() + "unknown :f :" + event.f +
                         "; expected :read, :write, :cas, :get, :put or :append"};
    }
    event.process = *number;
    if (const auto wrong = pairing.add(event)) return base::Error{where() + *wrong};
  }
  return pairing.finish();
}

base::Result<History> parse_jepsen_etcd(std::string_view text, const std::string& file) {
  Pairing pairing(Failure::value_differed);
  std::size_t line_number = 0;
  while (!text.empty()) {
    ++line_number;
    const auto newline = text.find('\n');
    EdnReader in(text.substr(0, newline));
    text = newline == std::string_view::npos ? std::string_view() : text.substr(newline + 1);
    const auto where = file + ":" + std::to_string(line_number) + ": ";
    const auto level = in.atom();
    if (!level) continue;
    const auto source = in.atom();
    if (source != "jepsen.util") continue;
    in.atom();
    const auto process = parse_process(in.atom().value_or(""));
    RecordedEvent event;
    event.type = without_colon(in.atom().value_or(""));
    event.f = without_colon(in.atom().value_or(""));
    if (!process || !known_type(event.type) || !known_function(event.f) || !read_values(in, event.values)) {
      return base::Error{where + "not an event; expected as in `INFO  jepsen.util - 0 :invoke :read nil`"};
    }
    event.process = *process;
    if (const auto wrong = pairing.add(event)) return base::Error{where + *wrong};
  }
  return pairing.finish();
}

}  // namespace check
