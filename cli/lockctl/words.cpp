#include "cli/lockctl/words.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <functional>
#include <map>
#include <unistd.h>

#include "cli/lockctl/reading.hpp"
#include "cli/lockctl/setting_kind.hpp"
#include "cli/lockctl/words_admin.hpp"
#include "cli/lockctl/words_lock.hpp"
#include "core/base/duration.hpp"

namespace lockctl {
namespace {

// Within `lockctl run` of the very name, its hold is what vouches for a write.
std::optional<lock::Token> token_of_write(const Words& words) {
  const auto locks = "," + environment("LOCKD_LOCK") + ",";
  const bool within_run =
      locks.find("," + words.name + ",") != std::string::npos && !environment("LOCKD_TOKEN").empty();
  return words.token.empty() && !within_run ? std::nullopt : std::optional(read_required_token(words));
}

// By read(2): a stream makes the end of a file of what can't be read.
std::string read_all(int fd, const std::string& what) {
  std::string text;
  for (char piece[1 << 16];;) {
    const auto n = ::read(fd, piece, sizeof piece);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw Wrong("--value: cannot read " + what + ": " + std::strerror(errno));
    if (n == 0) return text;
    text.append(piece, static_cast<std::size_t>(n));
  }
}

std::string value_of(const std::string& given) {
  if (given == "-") return read_all(STDIN_FILENO, "standard input");
  if (!given.starts_with('@')) return given;
  const auto what = "the file '" + given.substr(1) + "'";
  const int fd = ::open(given.substr(1).c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw Wrong("--value: cannot read " + what + ": " + std::strerror(errno));
  try {
    auto text = read_all(fd, what);
    ::close(fd);
    return text;
  } catch (const Wrong&) {
    ::close(fd);
    throw;
  }
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

// What goes with some of its forms only.
void check_status(const Words& words) {
  const int asked = (words.set.empty() ? 0 : 1) + (words.wait_status ? 1 : 0) + (words.watch_status ? 1 : 0) +
                    (words.clear ? 1 : 0);
  if (asked > 1) throw Wrong("give one of --set, --wait, --watch and --clear");
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
    if (!words.set.empty() || words.clear || words.watch_status)
      throw Wrong(std::string(flag) + " goes with reading only");
  }
}

Verb status(const Words& words, const Global& global) {
  check_status(words);
  const auto rests_on = read_consistency(words);
  const auto wait = read_maybe_duration("-w", words.wait);
  const auto checked = read_name(words, global);
  const auto index = words.if_index.empty()
                         ? std::nullopt
                         : std::optional(read_number<std::uint64_t>("--if-index", words.if_index));
  if (words.watch_status) return Watch{checked, std::nullopt, true};
  if (words.wait_status) return WaitStatus{checked, wait, rests_on};
  if (words.clear) return ClearStatus{checked, index};
  if (words.set.empty()) return ReadStatus{checked, rests_on};
  const auto code = words.code.empty()
                        ? std::nullopt
                        : std::optional(read_number<std::int64_t>("--code", words.code, 0, 255));
  const auto token = token_of_write(words);
  const auto kept = read_ttl(words, "24h", lock::Limits().record_ttl_max);
  const auto value = bounded_value(words.value);
  return SetStatus{checked, words.set, index, code, value, token, kept};
}

// A name, a prefix that ends in a slash, or nothing: all.
Verb watch(const Words& words, const Global& global) {
  const bool prefix = words.name.ends_with('/');
  const auto stem = prefix ? words.name.substr(0, words.name.size() - 1) : words.name;
  if (!words.name.empty()) {
    if (const auto checked = lock::check_name(global.full_name(stem)); !checked) throw Wrong(checked.error());
  }
  const auto since =
      words.since.empty() ? std::nullopt : std::optional(read_number<std::uint64_t>("--since", words.since));
  return Watch{words.name, since, false};
}

std::uint64_t setting_value(const std::string& setting, const std::string& text) {
  const auto wrong = [&](const char* right) { return Wrong(setting + ": '" + text + "' is not " + right); };
  const auto among = [&](std::initializer_list<const char*> all) {
    return std::ranges::find(all, text) != all.end();
  };
  const bool number = text.find_first_not_of("0123456789") == std::string::npos;
  switch (kind_of_setting(setting)) {
    case SettingKind::on_off:
      if (!among({"on", "off", "0", "1"})) throw wrong("on or off");
      return among({"on", "1"}) ? 1 : 0;
    case SettingKind::time:
      if (number) return read_number<std::uint64_t>(setting, text);
      return static_cast<std::uint64_t>(
          std::chrono::duration_cast<lock::Millis>(read_duration(setting, text)).count());
    case SettingKind::number:
      if (!number) throw wrong("a number");
      return read_number<std::uint64_t>(setting, text);
  }
  throw wrong("a number");
}

Verb limits(const Words& words) {
  if (words.settings.empty()) return ShowLimits{};
  std::vector<lock::Setting> settings;
  for (const auto& word : words.settings) {
    const auto equals = word.find('=');
    if (equals == 0 || equals == std::string::npos || equals + 1 == word.size())
      throw Wrong("'" + word + "': write NAME=VALUE; `lockctl limits` lists them");
    const auto name = word.substr(0, equals);
    const auto value = setting_value(name, word.substr(equals + 1));
    settings.push_back({name, value});
  }
  return MoveLimits{settings};
}

Verb completion(const Words& words) {
  return Completion{read_one_of("the shell", words.shell, {"bash", "zsh", "fish"})};
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
      {"status", [&] { return status(words, global); }},
      {"ls",
       [&] {
         const auto rests_on = read_consistency(words);
         return List{words.name, rests_on};
       }},
      {"watch", [&] { return watch(words, global); }},
      {"audit", [&] { return Audit{read_name(words, global)}; }},
      {"limits", [&] { return limits(words); }},
      {"completion", [&] { return completion(words); }},
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
      {"dev pause",
       [&] {
         return DevPause{words.folder, words.whom, false};
       }},
      {"dev resume",
       [&] {
         return DevPause{words.folder, words.whom, true};
       }},
      {"dev down",
       [&] {
         return DevDown{words.folder, words.keep};
       }},
  };
  if (auto made = make_admin_verb(verb, words)) return *std::move(made);
  if (auto made = make_lock_verb(verb, words, global)) return *std::move(made);
  return kinds.at(verb)();
}

Global make_global(const std::string& verb, const Words& words) {
  const auto timeout = read_duration("--timeout", words.timeout);
  Global global{words.endpoints, words.ns, Output::text, words.quiet, words.verbose, timeout, words.seen};
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
