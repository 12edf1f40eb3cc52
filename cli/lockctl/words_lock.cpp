#include "cli/lockctl/words_lock.hpp"

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <map>

#include "cli/common/held.hpp"
#include "cli/lockctl/reading.hpp"
#include "core/base/duration.hpp"

namespace lockctl {

// Of servers whose bounds were moved the refusal comes from them.
lock::Millis read_ttl(const Words& words, const char* otherwise, lock::Millis at_most) {
  const auto& text = words.ttl.empty() ? otherwise : words.ttl;
  const auto length = read_duration("-t/--ttl", text);
  const auto at_least = lock::Limits().ttl_min;
  if (length < at_least || length > at_most) {
    throw Wrong("-t/--ttl: " + text + " is out of bounds: give " + base::format_duration(at_least) + " to " +
                base::format_duration(at_most));
  }
  return std::chrono::duration_cast<lock::Millis>(length);
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

lock::Token read_required_token(const Words& words) {
  const auto text = words.token.empty() ? environment("LOCKD_TOKEN") : words.token;
  if (text.empty()) throw Wrong("which hold? Give --token, or set LOCKD_TOKEN");
  const auto token = cli::parse_token(text);
  if (!token) throw Wrong("--token: " + token.error());
  return lock::Token(token.value());
}

lock::Consistency read_consistency(const Words& words) {
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

namespace {

void check_name(const Global& global, const std::string& name) {
  if (const auto checked = lock::check_name(global.full_name(name)); !checked) throw Wrong(checked.error());
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  std::size_t from = 0;
  for (std::size_t at; (at = text.find(',', from)) != std::string::npos; from = at + 1)
    parts.push_back(text.substr(from, at - from));
  parts.push_back(text.substr(from));
  return parts;
}

// Of those names in a list that don't say it themselves.
lock::Mode mode_of(const Words& words) {
  const int asked = (words.exclusive ? 1 : 0) + (words.shared ? 1 : 0) + (words.permits.empty() ? 0 : 1);
  if (asked > 1) throw Wrong("-x, -s and -S contradict each other: give one of them");
  if (words.shared) return lock::Shared{};
  if (words.permits.empty()) return lock::Exclusive{};
  return lock::Counted{read_number<std::uint32_t>("-S", words.permits, 1, 1'000'000)};
}

std::vector<lock::Wanted> wanted(const Words& words, const Global& global) {
  const auto mode = mode_of(words);
  std::vector<lock::Wanted> locks;
  for (auto name : split(words.name)) {
    if (name.empty()) throw Wrong("'" + words.name + "': a name is missing beside a comma");
    const bool shared = name.ends_with(":s");
    if (shared) name.resize(name.size() - 2);
    check_name(global, name);
    if (std::ranges::find(locks, name, &lock::Wanted::name) != locks.end())
      throw Wrong("'" + words.name + "' has " + name + " twice");
    locks.push_back({name, shared ? lock::Mode(lock::Shared{}) : mode});
  }
  const auto most = lock::Limits().names_per_request;
  if (locks.size() > most)
    throw Wrong(std::to_string(locks.size()) + " names are too many: at most " + std::to_string(most) +
                " in one request");
  return locks;
}

lock::Queueing queueing_of(const Words& words) {
  const std::string level = "priority=";
  const auto& queue = words.queue;
  if (words.barge) {
    if (!queue.empty()) throw Wrong("--barge and --queue contradict each other: give one of them");
    return lock::Barge{};
  }
  if (queue.starts_with(level)) {
    return lock::Priority{
        read_number<std::int32_t>("--queue priority", queue.substr(level.size()), -1'000'000, 1'000'000)};
  }
  if (queue == "priority") throw Wrong("--queue priority: give a level, such as priority=5; fifo is level 0");
  if (queue.empty()) return lock::Fifo{};
  read_one_of("--queue", queue, {"fifo", "newest", "priority=N"});
  return queue == "newest" ? lock::Queueing(lock::Newest{}) : lock::Queueing(lock::Fifo{});
}

lock::Millis read_millis(const char* flag, const std::string& text, lock::Millis least, lock::Millis most) {
  const auto length = read_duration(flag, text);
  if (length < least || length > most) {
    throw Wrong(std::string(flag) + ": " + text + " is out of bounds: give " + base::format_duration(least) +
                " to " + base::format_duration(most));
  }
  return std::chrono::duration_cast<lock::Millis>(length);
}

void check_timeout_code(const Words& words) {
  if (words.timeout_code < 0 || words.timeout_code > 255) throw Wrong("-E: an exit code is 0 to 255");
}

LockFlags lock_flags(const Words& words, const Global& global, const char* default_ttl) {
  if (words.no_wait && !words.wait.empty()) throw Wrong("-n and -w contradict each other: give one of them");
  check_timeout_code(words);
  if (words.note.size() > lock::Limits().text_bytes) throw Wrong("--note: at most 256 bytes");
  LockFlags flags;
  const auto wait = read_maybe_duration("-w", words.wait);
  // As with flock(1), no time at all is no waiting.
  flags.no_wait = words.no_wait || wait == base::Duration(0);
  if (!flags.no_wait) flags.wait = wait;
  const auto limits = lock::Limits();
  flags.ttl = read_ttl(words, default_ttl, limits.ttl_max);
  flags.timeout_code = words.timeout_code;
  flags.note = words.note;
  if (!words.max_hold.empty())
    flags.max_hold = read_millis("--max-hold", words.max_hold, limits.ttl_min, limits.record_ttl_max);
  if (!words.lock_delay.empty())
    flags.lock_delay = read_millis("--lock-delay", words.lock_delay, lock::Millis(0), limits.lock_delay_max);
  flags.queueing = queueing_of(words);
  flags.locks = wanted(words, global);
  flags.name = flags.locks.front().name;
  return flags;
}

void want_command(const Words& words, const std::string& form) {
  if (words.command.empty())
    throw Wrong("which command? Write it behind `--`: lockctl " + form + " -- CMD...");
}

// Here and below, what may throw comes before the braces: GCC 12 ends the members of an aggregate twice when
// the next one throws.
Verb run(const Words& words, const Global& global) {
  read_one_of("--on-lost", words.on_lost, {"kill", "warn"});
  want_command(words, "run NAME");
  const auto kill_after = read_maybe_duration("-k", words.kill_after);
  const auto lock = lock_flags(words, global, "15s");
  return Run{lock, kill_after, words.on_lost == "warn", words.red, words.command};
}

// A leader is alone, and so is who runs a job: what is taken for it is one name, exclusive.
void want_alone(const Words& words, const std::string& what) {
  if (words.name.find(',') != std::string::npos)
    throw Wrong("'" + words.name + "': " + what + " has one name");
  if (words.name.ends_with(":s"))
    throw Wrong("'" + words.name + "': " + what + " is never shared: one name, without `:s`");
}

Verb elect(const Words& words, const Global& global) {
  want_command(words, "elect NAME");
  want_alone(words, "an election");
  const auto kill_after = read_maybe_duration("-k", words.kill_after);
  const auto lock = lock_flags(words, global, "15s");
  return Elect{lock, kill_after, words.command};
}

Verb fence(const Words& words) {
  want_command(words, "fence FILE");
  const auto token = read_required_token(words);
  return Fence{words.file, token, words.command};
}

Verb once(const Words& words, const Global& global) {
  want_command(words, "once NAME");
  want_alone(words, "a job");
  read_one_of("--on-fail", words.on_fail, {"next", "replay"});
  const auto limits = lock::Limits();
  if (words.input_hash.size() > limits.text_bytes)
    throw Wrong("--input-hash: at most 256 bytes: give a hash, such as that of sha256sum");
  Once once;
  once.lock = lock_flags(words, global, "15s");
  once.kill_after = read_maybe_duration("-k", words.kill_after);
  once.keep = read_millis("--keep", words.keep_for.empty() ? "24h" : words.keep_for, limits.ttl_min,
                          limits.record_ttl_max);
  const auto retries = words.retries.empty() ? 3
                                             : read_number<std::uint32_t>("--retries", words.retries, 0,
                                                                          limits.attempts_max - 1);
  once.attempts = retries + 1;
  once.on_fail = words.on_fail == "next" ? lock::OnFail::next : lock::OnFail::replay;
  once.input = words.input_hash;
  once.command = words.command;
  return once;
}

Verb acquire(const Words& words, const Global& global) {
  if (words.while_pid && *words.while_pid < 1)
    throw Wrong("--while-pid: give the pid of a running process, such as $$");
  const auto lock = lock_flags(words, global, "60s");
  return Acquire{lock, words.while_pid};
}

Hold hold(const Words& words, const Global& global) {
  const auto token = read_required_token(words);
  return {read_name(words, global), token};
}

// Whose hold is broken is said by its token, aloud: the one of one's own environment is never meant.
Verb break_hold(const Words& words, const Global& global) {
  if (words.token.empty())
    throw Wrong("which hold? Give --token, as `lockctl status " + words.name + "` shows it");
  if (words.reason.find_first_not_of(' ') == std::string::npos)
    throw Wrong("why? Give --reason TEXT: it goes on the record");
  if (words.reason.size() > lock::Limits().text_bytes) throw Wrong("--reason: at most 256 bytes");
  return Break{hold(words, global), words.reason, words.now};
}

}  // namespace

std::string read_name(const Words& words, const Global& global) {
  if (words.name.find(',') != std::string::npos || words.name.ends_with(":s")) {
    throw Wrong("'" + words.name +
                "': one name here, without `,` and `:s`; any name of a hold stands for it");
  }
  check_name(global, words.name);
  return words.name;
}

std::optional<Verb> make_lock_verb(const std::string& verb, const Words& words, const Global& global) {
  const std::map<std::string, std::function<Verb()>> kinds = {
      {"run", [&] { return run(words, global); }},
      {"once", [&] { return once(words, global); }},
      {"elect", [&] { return elect(words, global); }},
      {"fence", [&] { return fence(words); }},
      {"acquire", [&] { return acquire(words, global); }},
      {"release", [&] { return Release{hold(words, global)}; }},
      {"downgrade", [&] { return Downgrade{hold(words, global)}; }},
      {"break", [&] { return break_hold(words, global); }},
      {"renew",
       [&] {
         const auto length = read_ttl(words, "60s", lock::Limits().ttl_max);
         return Renew{hold(words, global), length};
       }},
      {"check",
       [&] {
         const auto rests_on = read_consistency(words);
         return Check{hold(words, global), rests_on};
       }},
  };
  const auto found = kinds.find(verb);
  return found == kinds.end() ? std::nullopt : std::optional(found->second());
}

}  // namespace lockctl
