#include "cli/lockd/options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <set>
#include <utility>

#include "cli/lockd/help.hpp"
#include "core/base/duration.hpp"

namespace lockd {

namespace {

constexpr std::size_t kMembersMax = 9;

// As given, before anything is known to make sense.
struct Words {
  std::string data;
  std::string listen;
  std::string advertise;
  std::vector<std::string> bootstrap;
  std::uint64_t id = 0;
  std::string cluster = "lockd";
  std::vector<std::string> join;
  bool learner = false;
  std::optional<std::uint64_t> priority;
  std::string join_within = "30s";
  bool insecure = false;
  std::string heartbeat = "50ms";
  std::string election_min = "300ms";
  std::string election_max = "600ms";
  std::uint64_t snapshot_entries = node::SnapshotPolicy{}.entries;
  std::string snapshot_bytes = "32MiB";
  std::uint64_t keep_entries = node::SnapshotPolicy{}.keep_entries;
  std::string keep_bytes = "8MiB";
  bool verbose = false;
  bool quiet = false;
};

void describe_cluster(CLI::App& app, Words& words) {
  app.add_option("--bootstrap", words.bootstrap,
                 "Make a new cluster of these members, 1 to 9; the same words again just start")
      ->type_name("HOST:PORT,…")
      ->envname("LOCKD_BOOTSTRAP");
  app.add_option("--id", words.id, "With --bootstrap: which member this server is, by its place from 1")
      ->type_name("N")
      ->envname("LOCKD_ID");
  app.add_option("--cluster", words.cluster, "With --bootstrap: tells clusters of the same members apart")
      ->type_name("NAME")
      ->capture_default_str()
      ->envname("LOCKD_CLUSTER");
  app.add_option("--join", words.join,
                 "Become one more member of the cluster of these servers; the same words again just start")
      ->type_name("HOST:PORT,…")
      ->envname("LOCKD_JOIN");
  app.add_flag("--learner", words.learner,
               "With --join: never vote, unless lockctl members promote says so later")
      ->envname("LOCKD_LEARNER");
  app.add_option("--priority", words.priority,
                 "With --join: 0 to 255; the higher one stands for election sooner; default: 1")
      ->type_name("N")
      ->envname("LOCKD_PRIORITY");
  app.add_option("--join-within", words.join_within, "With --join: give up where the cluster doesn't answer")
      ->type_name("DUR")
      ->capture_default_str()
      ->envname("LOCKD_JOIN_WITHIN");
  app.add_option("--advertise", words.advertise,
                 "The address at which the other servers reach this one, where --listen differs")
      ->type_name("HOST:PORT")
      ->envname("LOCKD_ADVERTISE");
}

void describe_tuning(CLI::App& app, Words& words) {
  const auto option = [&](const char* flag, auto& word, const char* type, const char* variable,
                          const char* about) {
    app.add_option(flag, word, about)->type_name(type)->capture_default_str()->envname(variable);
  };
  option("--heartbeat", words.heartbeat, "DUR", "LOCKD_HEARTBEAT", "Between two heartbeats of the leader");
  option("--election-min", words.election_min, "DUR", "LOCKD_ELECTION_MIN",
         "The shortest silence after which a server stands for election");
  option("--election-max", words.election_max, "DUR", "LOCKD_ELECTION_MAX", "The longest");
  option("--snapshot-entries", words.snapshot_entries, "N", "LOCKD_SNAPSHOT_ENTRIES",
         "Take a snapshot after so many entries of the log …");
  option("--snapshot-bytes", words.snapshot_bytes, "BYTES", "LOCKD_SNAPSHOT_BYTES",
         "… or so many bytes of them, such as 512KiB, 32MiB, 1GiB");
  option("--keep-entries", words.keep_entries, "N", "LOCKD_KEEP_ENTRIES",
         "Of the log behind a snapshot, for servers that lag: at most so many entries …");
  option("--keep-bytes", words.keep_bytes, "BYTES", "LOCKD_KEEP_BYTES", "… and so many bytes");
}

void describe(CLI::App& app, Words& words) {
  app.set_version_flag("--version", "lockd " LOCKD_VERSION);
  app.footer(kHelpFooter);
  app.add_option("--data", words.data, "The server's folder: its log, and who it is")
      ->type_name("DIR")
      ->envname("LOCKD_DATA");
  app.add_option("--listen", words.listen, "Serve peers and clients here; default: the server's own address")
      ->type_name("HOST:PORT")
      ->envname("LOCKD_LISTEN");
  describe_cluster(app, words);
  app.add_flag("--insecure", words.insecure,
               "Allow an address that is not loopback: nothing is encrypted or authenticated")
      ->envname("LOCKD_INSECURE");
  describe_tuning(app, words);
  app.add_flag("-v,--verbose", words.verbose, "Say more: every grant, end of a hold, status and connection");
  app.add_flag("-q,--quiet", words.quiet, "Say nothing but errors");
  app.set_config("--config", "", "Read flags from this file: lines such as listen = \"127.0.0.1:7101\"")
      ->type_name("FILE")
      ->envname("LOCKD_CONFIG");
  app.allow_config_extras(CLI::config_extras_mode::error);
}

bool is_given(const CLI::Option& option, const std::vector<std::string>& arguments) {
  return std::ranges::any_of(option.get_lnames(), [&](const std::string& name) {
    const auto flag = "--" + name;
    return std::ranges::any_of(arguments, [&](const std::string& argument) {
      return argument == flag || argument.starts_with(flag + "=");
    });
  });
}

// CLI11 lets a file win over the environment. A variable that is put before the arguments, where no flag
// overrides it, wins.
std::vector<std::string> with_environment(CLI::App& app, std::vector<std::string> arguments) {
  std::vector<std::string> all;
  for (const auto* option : app.get_options()) {
    if (option->get_envname().empty() || is_given(*option, arguments)) continue;
    const char* value = std::getenv(option->get_envname().c_str());
    if (value != nullptr && *value != '\0') all.push_back("--" + option->get_lnames().front() + "=" + value);
  }
  all.insert(all.end(), arguments.begin(), arguments.end());
  return all;
}

UsageError usage(const std::string& flag, const std::string& what) {
  return {flag + ": " + what};
}

std::optional<UsageError> check_members(const std::vector<net::Endpoint>& members) {
  if (members.size() > kMembersMax) {
    return usage("--bootstrap", std::to_string(members.size()) + " members are too many: give 1 to 9");
  }
  std::set<net::Endpoint> seen;
  for (const auto& member : members) {
    if (!seen.insert(member).second) return usage("--bootstrap", to_string(member) + " is named twice");
  }
  return std::nullopt;
}

// By its place, by the address that others know, or by the one it listens on.
std::variant<base::NodeId, UsageError> find_self(const Words& words,
                                                 const std::vector<net::Endpoint>& members,
                                                 const std::optional<net::Endpoint>& listen) {
  if (words.id != 0) {
    if (words.id <= members.size()) return base::NodeId(words.id);
    return usage("--id", std::to_string(words.id) + " is not the place of one of the " +
                             std::to_string(members.size()) + " members: give 1 to " +
                             std::to_string(members.size()));
  }
  std::optional<net::Endpoint> known_as = listen;
  if (!words.advertise.empty()) {
    auto advertise = net::parse_endpoint(words.advertise);
    if (!advertise) return usage("--advertise", advertise.error());
    known_as = advertise.value();
  }
  if (!known_as)
    return usage("--bootstrap", "which member is this server? Give --listen, --advertise or --id");
  const auto place = std::ranges::find(members, *known_as);
  if (place != members.end()) return base::NodeId(static_cast<std::uint64_t>(place - members.begin()) + 1);
  return usage("--bootstrap", to_string(*known_as) +
                                  " is none of the members: name it there, or say which one it is with "
                                  "--advertise or --id");
}

// A file may give an array.
std::variant<std::vector<net::Endpoint>, UsageError> read_endpoints(const char* flag,
                                                                    const std::vector<std::string>& words) {
  std::vector<net::Endpoint> endpoints;
  for (const auto& word : words) {
    const auto some = net::parse_endpoints(word);
    if (!some) return usage(flag, some.error());
    endpoints.insert(endpoints.end(), some.value().begin(), some.value().end());
  }
  return endpoints;
}

std::variant<std::optional<Bootstrap>, UsageError> read_bootstrap(
    const Words& words, const std::optional<net::Endpoint>& listen) {
  if (words.bootstrap.empty()) {
    if (words.id != 0) return usage("--id", "goes with --bootstrap only; an existing store knows who it is");
    return std::optional<Bootstrap>();
  }
  const auto named = read_endpoints("--bootstrap", words.bootstrap);
  if (const auto* wrong = std::get_if<UsageError>(&named)) return *wrong;
  auto members = std::get<std::vector<net::Endpoint>>(named);
  if (auto wrong = check_members(members)) return *wrong;
  auto self = find_self(words, members, listen);
  if (const auto* wrong = std::get_if<UsageError>(&self)) return *wrong;
  return std::optional<Bootstrap>({std::move(members), std::get<base::NodeId>(self), words.cluster});
}

bool is_everywhere(const net::Endpoint& endpoint) {
  return endpoint.host == "0.0.0.0" || endpoint.host == "::";
}

std::variant<net::Endpoint, UsageError> read_own_address(const Words& words,
                                                         const std::optional<net::Endpoint>& listen) {
  if (words.advertise.empty()) {
    if (!listen) return usage("--join", "where is this server reached? Give --listen or --advertise");
    if (!is_everywhere(*listen)) return *listen;
    return usage("--join", "nobody reaches this server at " + to_string(*listen) + ": give --advertise");
  }
  auto advertise = net::parse_endpoint(words.advertise);
  if (!advertise) return usage("--advertise", advertise.error());
  if (is_everywhere(advertise.value()))
    return usage("--advertise", "nobody reaches this server at " + words.advertise);
  return advertise.value();
}

std::variant<std::optional<Join>, UsageError> read_join(const Words& words,
                                                        const std::optional<net::Endpoint>& listen) {
  if (words.join.empty()) {
    if (words.learner) return usage("--learner", "goes with --join only");
    if (words.priority) return usage("--priority", "goes with --join only; later: lockctl members priority");
    if (!words.advertise.empty() && words.bootstrap.empty()) {
      return usage("--advertise",
                   "goes with --bootstrap or --join only; an existing store knows its own address");
    }
    return std::optional<Join>();
  }
  if (!words.bootstrap.empty())
    return usage("--join", "contradicts --bootstrap: a server makes a cluster or joins one");
  const auto cluster = read_endpoints("--join", words.join);
  if (const auto* wrong = std::get_if<UsageError>(&cluster)) return *wrong;
  const auto address = read_own_address(words, listen);
  if (const auto* wrong = std::get_if<UsageError>(&address)) return *wrong;
  const auto priority = words.priority.value_or(1);
  if (priority > 255) return usage("--priority", std::to_string(priority) + " is not from 0 to 255");
  const auto within = base::parse_duration(words.join_within);
  if (!within) return usage("--join-within", within.error());
  return std::optional<Join>({std::get<std::vector<net::Endpoint>>(cluster), std::get<net::Endpoint>(address),
                              words.learner, static_cast<std::uint8_t>(priority), within.value()});
}

// A number, and a unit of KiB, MiB or GiB or none; nothing where it is none, or above 1 TiB.
std::optional<std::uint64_t> parse_bytes(std::string_view text) {
  std::uint64_t number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number > 1ull << 40) return std::nullopt;
  const std::string_view unit(rest, text.data() + text.size());
  const std::pair<std::string_view, unsigned> units[] = {
      {"", 0}, {"B", 0}, {"KiB", 10}, {"MiB", 20}, {"GiB", 30}};
  for (const auto& [name, shift] : units) {
    if (unit == name && number <= (1ull << 40) >> shift) return number << shift;
  }
  return std::nullopt;
}

std::variant<node::SnapshotPolicy, UsageError> read_snapshots(const Words& words) {
  node::SnapshotPolicy policy;
  const std::pair<const std::string*, std::pair<const char*, std::uint64_t*>> given[] = {
      {&words.snapshot_bytes, {"--snapshot-bytes", &policy.bytes}},
      {&words.keep_bytes, {"--keep-bytes", &policy.keep_bytes}},
  };
  for (const auto& [word, place] : given) {
    const auto bytes = parse_bytes(*word);
    if (!bytes)
      return usage(place.first, "'" + *word + "' is no number of bytes: give such as 512KiB or 32MiB");
    *place.second = *bytes;
  }
  // A sign would be taken for a number beyond all bounds.
  constexpr std::uint64_t kEntriesMax = 1'000'000'000;
  if (words.snapshot_entries == 0 || words.snapshot_entries > kEntriesMax)
    return usage("--snapshot-entries", "is a whole number from 1 to 1000000000");
  if (words.keep_entries > kEntriesMax)
    return usage("--keep-entries", "is a whole number from 0 to 1000000000");
  if (policy.bytes == 0) return usage("--snapshot-bytes", "must be at least 1");
  policy.entries = words.snapshot_entries;
  policy.keep_entries = words.keep_entries;
  return policy;
}

std::variant<raft::Tuning, UsageError> read_tuning(const Words& words) {
  raft::Tuning tuning;
  const std::pair<const std::string*, std::pair<const char*, base::Duration*>> given[] = {
      {&words.heartbeat, {"--heartbeat", &tuning.heartbeat}},
      {&words.election_min, {"--election-min", &tuning.election_min}},
      {&words.election_max, {"--election-max", &tuning.election_max}},
  };
  for (const auto& [word, place] : given) {
    auto duration = base::parse_duration(*word);
    if (!duration) return usage(place.first, duration.error());
    *place.second = duration.value();
  }
  if (tuning.heartbeat < std::chrono::milliseconds(1)) return usage("--heartbeat", "must be at least 1ms");
  if (tuning.election_min < 2 * tuning.heartbeat)
    return usage("--election-min", "must be at least twice --heartbeat");
  if (tuning.election_max <= tuning.election_min)
    return usage("--election-max", "must be longer than --election-min");
  return tuning;
}

std::variant<Options, Answer, UsageError> read(const Words& words) {
  Options options;
  if (words.data.empty()) return usage("--data", "missing: give the server's folder");
  options.data = words.data;
  if (!words.listen.empty()) {
    auto listen = net::parse_endpoint(words.listen);
    if (!listen) return usage("--listen", listen.error());
    options.listen = listen.value();
  }
  auto bootstrap = read_bootstrap(words, options.listen);
  if (const auto* wrong = std::get_if<UsageError>(&bootstrap)) return *wrong;
  options.bootstrap = std::get<std::optional<Bootstrap>>(std::move(bootstrap));
  auto join = read_join(words, options.listen);
  if (const auto* wrong = std::get_if<UsageError>(&join)) return *wrong;
  options.join = std::get<std::optional<Join>>(std::move(join));
  const auto snapshots = read_snapshots(words);
  if (const auto* wrong = std::get_if<UsageError>(&snapshots)) return *wrong;
  options.snapshots = std::get<node::SnapshotPolicy>(snapshots);
  const auto tuning = read_tuning(words);
  if (const auto* wrong = std::get_if<UsageError>(&tuning)) return *wrong;
  options.tuning = std::get<raft::Tuning>(tuning);
  if (words.verbose && words.quiet) return usage("-q", "contradicts -v: give one of them");
  options.insecure = words.insecure;
  if (words.quiet) options.verbosity = net::Verbosity::errors;
  if (words.verbose) options.verbosity = net::Verbosity::details;
  return options;
}

}  // namespace

std::variant<Options, Answer, UsageError> parse_options(int argc, char** argv) {
  CLI::App app(kHelpAbout, "lockd");
  Words words;
  describe(app, words);
  auto arguments = with_environment(app, std::vector<std::string>(argv + 1, argv + argc));
  std::ranges::reverse(arguments);  // as CLI11 wants a vector
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::CallForHelp&) {
    return Answer{app.help()};
  } catch (const CLI::CallForVersion& version) {
    return Answer{std::string(version.what()) + "\n"};
  } catch (const CLI::Error& error) {
    std::string line = error.what();
    std::ranges::replace(line, '\n', ' ');
    return UsageError{line};
  }
  return read(words);
}

}  // namespace lockd
