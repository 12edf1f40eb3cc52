#include "cli/lockd/recover.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <ctime>
#include <iostream>
#include <optional>
#include <string>
#include <sys/random.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli/lockd/failed.hpp"
#include "cli/lockd/removed.hpp"
#include "core/base/duration.hpp"
#include "core/lock/limits.hpp"
#include "core/node/recovery.hpp"
#include "core/store/store.hpp"

namespace lockd {
namespace {

using node::Remains;

constexpr const char* kAbout =
    "lockd recover: makes a new cluster of one server's folder, when a majority of its cluster is gone for "
    "good.";
constexpr const char* kFooter = R"(
Stop every server of the old cluster that still runs. Choose the survivor whose log is the newest: run
`lockd recover --data DIR` on each and compare term and last entry; without --yes nothing is changed. Then,
for the one that was chosen:

  lockd recover --data three --yes
  lockd --data three

The others come back with empty folders: lockd --join.

Exit codes: 0 done; 1 not confirmed, nothing was changed; 64 wrong usage; 65 the store is damaged; 74 the disk
refuses, or a server works in the folder; 78 the folder holds nothing to go on from.
)";

struct Words {
  std::string data;
  bool yes = false;
  std::string grant_after;
};

// No bound on leases can be moved beyond.
lock::Millis longest_lease_ever() {
  return lock::widest_limits({}).ttl_max;
}

std::string in_words(lock::Millis duration) {
  return base::format_duration(duration);
}

std::string in_hex(base::ClusterId cluster) {
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(cluster.value));
  return text;
}

std::string role_of(const raft::Member& member) {
  if (member.suffrage == raft::Suffrage::learner) return "learner";
  return member.suffrage == raft::Suffrage::leaving ? "leaving" : "voter";
}

std::string describe(base::ClusterId cluster, const Remains& remains) {
  std::string text = "cluster    " + in_hex(cluster) + "\nserver     " + std::to_string(remains.self.value) +
                     " at " + remains.address + "\nterm       " +
                     std::to_string(remains.hard_state.term.value) + "\nsnapshot   " +
                     (remains.snapshot ? "up to entry " + std::to_string(remains.snapshot.value) : "none") +
                     "\nlast entry " + std::to_string(remains.last.index.value) + " of term " +
                     std::to_string(remains.last.term.value) + "\n";
  const char* title = "members    ";
  for (const auto& member : remains.members.members) {
    text += title + std::to_string(member.id.value) + " at " + member.address + ", " + role_of(member) +
            (member.id == remains.self ? ", this one" : "") + "\n";
    title = "           ";
  }
  return text + "state      " + std::to_string(remains.locks) + " names held or waited for, " +
         std::to_string(remains.records) + " records, " + std::to_string(remains.sessions) +
         " sessions, tokens up to " + std::to_string(remains.token.value) + "\n";
}

std::string warn(const Remains& remains, lock::Millis grant_after) {
  std::string others;
  for (const auto& member : remains.members.members) {
    if (member.id == remains.self) continue;
    others += (others.empty() ? "" : ", ") + std::to_string(member.id.value);
  }
  std::string text =
      "\nFrom here this server goes on alone, as a new cluster:\n"
      "* Everything that was acknowledged after entry " +
      std::to_string(remains.last.index.value) +
      " is lost: grants, releases, outcomes, statuses.\n"
      "  If another server's folder is left, look there first: a higher term of the last entry wins, then a\n"
      "  higher last entry. What nobody had acknowledged yet may count from now on.\n";
  if (!others.empty()) {
    text += "* The other servers (" + others +
            ") must never be started again: they would go on as the old cluster and grant the\n"
            "  same locks. Delete their folders; they come back empty, by lockd --join.\n";
  }
  text += "* Tokens go on above " + std::to_string(node::next_epoch(remains.token).value) +
          ", so that fencing refuses whoever still works under an old one.\n";
  if (grant_after >= remains.longest_lease) {
    return text + "* Nothing is granted for " + in_words(grant_after) +
           " once the server runs: nobody's lease from the lost log can be longer.\n"
           "  --grant-after shortens it.\n";
  }
  return text + "* Nothing is granted for " + in_words(grant_after) +
         " once the server runs. A lock that was granted behind the log's end, with a\n"
         "  longer lease (at most " +
         in_words(remains.longest_lease) + "), may then have two holders: only fencing tells them apart.\n";
}

// UTC, to the second: for people who read the record.
std::string now_in_words() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text;
}

std::string note_for(base::ClusterId cluster, const Remains& remains) {
  return "recovered at " + now_in_words() + " from server " + std::to_string(remains.self.value) +
         " of cluster " + in_hex(cluster) + "; what it had acknowledged after entry " +
         std::to_string(remains.last.index.value) + " of term " + std::to_string(remains.last.term.value) +
         " is lost";
}

// From the operating system: no two clusters share one.
std::optional<base::ClusterId> new_cluster(base::ClusterId former) {
  for (;;) {
    std::uint64_t value = 0;
    if (::getrandom(&value, sizeof value, 0) != sizeof value) return std::nullopt;
    if (value != 0 && base::ClusterId(value) != former) return base::ClusterId(value);
  }
}

int fail(const std::string& message, int code) {
  std::fprintf(stderr, "lockd recover: %s\n", message.c_str());
  return code;
}
int fail(const Failed& why) {
  return fail(why.message, why.code);
}

bool is_confirmed() {
  std::fputs("\nType yes to go on: ", stdout);
  std::fflush(stdout);
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "yes";
}

int carry_out(store::Store& store, const Remains& remains, lock::Millis grant_after) {
  const auto cluster = new_cluster(store.identity().cluster);
  if (!cluster) return fail("the operating system gives no random numbers", EX_OSERR);
  const auto failure = store.refound(
      *cluster, node::refounding(remains, grant_after, note_for(store.identity().cluster, remains)));
  if (failure) return fail(failed(*failure));
  std::printf("\nDone: cluster %s of this server alone. Start it: lockd --data DIR, without --bootstrap.\n",
              in_hex(*cluster).c_str());
  return EX_OK;
}

int run(const Words& words, std::optional<lock::Millis> told) {
  if (const auto removed = check_not_removed(words.data)) return fail(*removed);
  auto opened = store::Store::open(words.data);
  if (const auto* failure = std::get_if<store::Failure>(&opened)) return fail(failed(*failure));
  auto& store = *std::get<std::unique_ptr<store::Store>>(opened);
  const auto remains = node::look_at(store.identity().node, store.identity().address, store.recover());
  if (!remains) return fail(words.data + ": " + remains.error(), EX_DATAERR);
  if (remains->members.members.empty()) {
    return fail(words.data + " holds nothing to go on from: this server has never heard from its cluster",
                EX_CONFIG);
  }
  // Nobody's lease is longer, unless the bound was raised behind the end of this log.
  const auto grant_after = told.value_or(remains->longest_lease);
  std::fputs(
      (describe(store.identity().cluster, remains.value()) + warn(remains.value(), grant_after)).c_str(),
      stdout);
  if (words.yes) return carry_out(store, remains.value(), grant_after);
  if (::isatty(STDIN_FILENO) == 0) {
    std::fflush(stdout);
    return fail("nothing was changed: give --yes to go on", EX_USAGE);
  }
  if (is_confirmed()) return carry_out(store, remains.value(), grant_after);
  return fail("nothing was changed", 1);
}

base::Result<std::optional<lock::Millis>> read_grant_after(const std::string& word) {
  if (word.empty()) return std::optional<lock::Millis>();
  const auto duration = base::parse_duration(word);
  if (!duration) return duration.failure();
  const auto grant_after = std::chrono::ceil<lock::Millis>(duration.value());
  if (grant_after <= longest_lease_ever()) return std::optional(grant_after);
  return base::Error{"no lease is longer than " + in_words(longest_lease_ever()) + ": give that or less"};
}

}  // namespace

int recover(int argc, char** argv) {
  CLI::App app(kAbout, "lockd recover");
  Words words;
  app.footer(kFooter);
  app.add_option("--data", words.data, "The survivor's folder")->type_name("DIR")->required();
  app.add_flag("--yes", words.yes, "Do it; else it is asked for on a terminal");
  app.add_option("--grant-after", words.grant_after,
                 "Grant nothing for so long, instead of the longest lease there can be: risks two holders")
      ->type_name("DUR");
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    std::fputs(app.help().c_str(), stdout);
    return EX_OK;
  } catch (const CLI::Error& error) {
    std::string line = error.what();
    std::ranges::replace(line, '\n', ' ');
    return fail(line + "; lockd recover --help shows how", EX_USAGE);
  }
  const auto grant_after = read_grant_after(words.grant_after);
  if (!grant_after) return fail("--grant-after: " + grant_after.error(), EX_USAGE);
  return run(words, grant_after.value());
}

}  // namespace lockd
