#include "cli/lockctl/words.hpp"

#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <map>

#include "cli/common/held.hpp"
#include "cli/lockctl/reading.hpp"
#include "cli/lockctl/words_admin.hpp"
#include "core/base/duration.hpp"

namespace lockctl {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

lock::Millis ttl(const Words& words, const char* otherwise, lock::Millis at_most) {
  const auto& text = words.ttl.empty() ? otherwise : words.ttl;
  const auto length = read_duration("-t/--ttl", text);
  const auto at_least = lock::Limits().ttl_min;
  if (length < at_least || length > at_most) {
    throw Wrong("-t/--ttl: " + text + " is out of bounds: give " + base::format_duration(at_least) + " to " +
                base::format_duration(at_most));
  }
  return std::chrono::duration_cast<lock::Millis>(length);
}

std::string name(const Words& words, const Global& global) {
  if (words.name.find(',') != std::string::npos) {
    throw Wrong("'" + words.name + "': several names at once are not offered in this version; give one");
  }
  if (words.name.find(':') != std::string::npos && words.name.ends_with(":s")) {
    throw Wrong("'" + words.name + "': shared locks are not offered in this version");
  }
  const auto checked = lock::check_name(global.full_name(words.name));
  if (!checked) throw Wrong(checked.error());
  return words.name;
}

lock::Token required_token(const Words& words) {
  const auto text = words.token.empty() ? environment("LOCKD_TOKEN") : words.token;
  if (text.empty()) throw Wrong("which hold? Give --token, or set LOCKD_TOKEN");
  const auto token = cli::parse_token(text);
  if (!token) throw Wrong("--token: " + token.error());
  return lock::Token(token.value());
}

// Here and below, what may throw comes before the braces: GCC 12 ends the members of an aggregate twice when
// the next one throws.
Hold hold(const Words& words, const Global& global) {
  const auto token = required_token(words);
  return {name(words, global), token};
}

// Within `lockctl run` of the very name, its hold is what vouches for a write.
std::optional<lock::Token> token_of_write(const Words& words) {
  const bool within_run = environment("LOCKD_LOCK") == words.name && !environment("LOCKD_TOKEN").empty();
  return words.token.empty() && !within_run ? std::nullopt : std::optional(required_token(words));
}

std::string value_of(const std::string& given) {
  if (given != "-" && !given.starts_with('@')) return given;
  std::ifstream file;
  if (given != "-") file.open(given.substr(1), std::ios::binary);
  std::istream& in = given == "-" ? std::cin : file;
  if (!in) throw Wrong("--value: cannot read the file '" + given.substr(1) + "'");
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string bounded_value(const std::string& given) {
  auto value = value_of(given);
  const auto most = lock::Limits().value_bytes;
  if (value.size() > most) {
    throw Wrong("--value: " + std::to_string(value.size()) + " bytes are too many: at most " +
                std::to_string(most));
  }
  return value;
}

LockFlags lock_flags(const Words& words, const Global& global, const char* default_ttl) {
  if (words.no_wait && !words.wait.empty()) throw Wrong("-n and -w contradict each other: give one of them");
  if (words.timeout_code < 0 || words.timeout_code > 255) throw Wrong("-E: an exit code is 0 to 255");
  if (words.note.size() > lock::Limits().text_bytes) throw Wrong("--note: at most 256 bytes");
  const auto wait = read_maybe_duration("-w", words.wait);
  // As with flock(1), no time at all is no waiting.
  const bool no_wait = words.no_wait || wait == base::Duration(0);
  const auto length = ttl(words, default_ttl, lock::Limits().ttl_max);
  const auto checked = name(words, global);
  return {checked, no_wait, no_wait ? std::nullopt : wait, length, words.timeout_code, words.note};
}

Verb run(const Words& words, const Global& global) {
  read_one_of("--on-lost", words.on_lost, {"kill", "warn"});
  if (words.command.empty()) throw Wrong("which command? Write it behind `--`: lockctl run NAME -- CMD...");
  const auto kill_after = read_maybe_duration("-k", words.kill_after);
  const auto lock = lock_flags(words, global, "15s");
  return Run{lock, kill_after, words.on_lost == "warn", words.command};
}

Verb acquire(const Words& words, const Global& global) {
  if (words.while_pid && *words.while_pid < 1)
    throw Wrong("--while-pid: give the pid of a running process, such as $$");
  return Acquire{lock_flags(words, global, "60s"), words.while_pid};
}

lock::Consistency consistency(const Words& words) {
  const auto& word = words.consistency;
  if (words.stale && !word.empty() && word != "stale")
    throw Wrong("--stale and --consistency " + word + " contradict each other: give one of them");
  if (words.stale) return lock::Consistency::stale;
  if (word.empty()) return lock::Consistency::linearizable;
  read_one_of("--consistency", word, {"linearizable", "lease", "stale"});
  return word == "linearizable" ? lock::Consistency::linearizable
         : word == "lease"      ? lock::Consistency::lease
                                : lock::Consistency::stale;
}

// What goes with some of its forms only.
void check_status(const Words& words) {
  const int asked = (words.set.empty() ? 0 : 1) + (words.wait_status ? 1 : 0) + (words.clear ? 1 : 0);
  if (asked > 1) throw Wrong("give one of --set, --wait and --clear");
  const auto only_with = [](bool given, const char* flag, const char* with) {
    if (given) throw Wrong(std::string(flag) + " goes with " + with + " only");
  };
  only_with(!words.wait.empty() && !words.wait_status, "-w", "--wait");
  only_with(!words.if_index.empty() && words.set.empty() && !words.clear, "--if-index", "--set and --clear");
  if (words.set.empty()) {
    only_with(!words.code.empty(), "--code", "--set");
    only_with(!words.value.empty(), "--value", "--set");
    only_with(!words.token.empty(), "--token", "--set");
    only_with(!words.ttl.empty(), "--ttl", "--set");
  }
  if (words.stale || !words.consistency.empty()) {
    const char* flag = words.stale ? "--stale" : "--consistency";
    if (!words.set.empty() || words.clear) throw Wrong(std::string(flag) + " goes with reading only");
  }
}

Verb status(const Words& words, const Global& global) {
  check_status(words);
  const auto rests_on = consistency(words);
  const auto wait = read_maybe_duration("-w", words.wait);
  const auto checked = name(words, global);
  const auto index = words.if_index.empty()
                         ? std::nullopt
                         : std::optional(read_number<std::uint64_t>("--if-index", words.if_index));
  if (words.wait_status) return WaitStatus{checked, wait, rests_on};
  if (words.clear) return ClearStatus{checked, index};
  if (words.set.empty()) return ReadStatus{checked, rests_on};
  const auto code = words.code.empty()
                        ? std::nullopt
                        : std::optional(read_number<std::int64_t>("--code", words.code, 0, 255));
  const auto token = token_of_write(words);
  const auto kept = ttl(words, "24h", lock::Limits().record_ttl_max);
  const auto value = bounded_value(words.value);
  return SetStatus{checked, words.set, index, code, value, token, kept};
}

Verb bench(const Words& words) {
  read_one_of("--workload", words.workload, {"uncontended", "contended", "status", "read", "mixed"});
  if (words.clients < 1 || words.clients > 4096) throw Wrong("--clients: give 1 to 4096");
  const auto measured = read_duration("--secs", words.seconds),
             warmup = read_duration("--warmup", words.warmup);
  if (measured <= base::Duration(0) || measured > std::chrono::hours(1) || warmup > std::chrono::hours(1)) {
    throw Wrong("--secs and --warmup: give at most 1h");
  }
  if (words.names < 1 || words.names > 1000) throw Wrong("--names: give 1 to 1000");
  if (!words.history.empty() && words.workload != "mixed")
    throw Wrong("--history goes with --workload mixed only");
  return Bench{words.clients, measured,    warmup,      words.workload,
               words.pids,    words.label, words.names, words.history};
}

Verb dev_up(const Words& words) {
  if (words.servers && (*words.servers < 1 || *words.servers > 9)) throw Wrong("--servers: give 1 to 9");
  return DevUp{words.servers.value_or(0), words.folder};
}

Verb dev_restart(const Words& words) {
  const bool all = words.whom.empty() || words.whom == "all";
  const auto node = all ? 0 : read_member(words.whom).value;
  return DevRestart{words.folder, node};
}

Verb make_verb(const std::string& verb, const Words& words, const Global& global) {
  using Make = std::function<Verb()>;
  const std::map<std::string, Make> kinds = {
      {"run", [&] { return run(words, global); }},
      {"acquire", [&] { return acquire(words, global); }},
      {"release", [&] { return Release{hold(words, global)}; }},
      {"renew",
       [&] {
         const auto length = ttl(words, "60s", lock::Limits().ttl_max);
         return Renew{hold(words, global), length};
       }},
      {"check",
       [&] {
         const auto rests_on = consistency(words);
         return Check{hold(words, global), rests_on};
       }},
      {"status", [&] { return status(words, global); }},
      {"ls",
       [&] {
         const auto rests_on = consistency(words);
         return List{words.name, rests_on};
       }},
      {"health", [] { return Health{}; }},
      {"bench", [&] { return bench(words); }},
      {"dev up", [&] { return dev_up(words); }},
      {"dev status", [&] { return DevStatus{words.folder}; }},
      {"dev add", [&] { return DevAdd{words.folder}; }},
      {"dev remove",
       [&] {
         const auto node = read_member(words.whom).value;
         return DevRemove{words.folder, node};
       }},
      {"dev restart", [&] { return dev_restart(words); }},
      {"dev kill",
       [&] {
         return DevKill{words.folder, words.whom, words.signal};
       }},
      {"dev down",
       [&] {
         return DevDown{words.folder, words.keep};
       }},
  };
  if (auto made = make_admin_verb(verb, words)) return *std::move(made);
  return kinds.at(verb)();
}

Global make_global(const std::string& verb, const Words& words) {
  const auto timeout = read_duration("--timeout", words.timeout);
  Global global{words.endpoints, words.ns, Output::text, words.quiet, words.verbose, timeout};
  std::vector<std::string> forms = {"text", "json"};
  if (verb == "bench") forms.push_back("result");
  read_one_of("--output", words.output, forms);
  if (words.output == "json") global.output = Output::json;
  if (words.output == "result") global.output = Output::result;
  if (global.timeout <= base::Duration(0)) throw Wrong("--timeout: give more than 0");
  if (const auto checked = lock::check_name(global.full_name("x")); !checked && !words.ns.empty())
    throw Wrong("--ns: " + checked.error());
  return global;
}

}  // namespace

base::Result<Options> make_options(const std::string& verb, const Words& words) {
  try {
    const auto global = make_global(verb, words);
    return Options{global, make_verb(verb, words, global)};
  } catch (const Wrong& wrong) {
    return base::Error{wrong.what()};
  }
}

}  // namespace lockctl
