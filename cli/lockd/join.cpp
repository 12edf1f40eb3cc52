#include "cli/lockd/join.hpp"

#include <charconv>
#include <random>
#include <utility>

#include "cli/lockd/small_file.hpp"
#include "core/base/overload.hpp"
#include "core/store/folder.hpp"
#include "net/join.hpp"
#include "net/run_server.hpp"

namespace lockd {

namespace {

// A cluster that is down must not keep its members from starting.
constexpr base::Duration kCheckFor = std::chrono::seconds(1);

std::string incarnation_path(const Options& options) {
  return options.data + "/incarnation";
}

base::Result<std::uint64_t> parse_incarnation(const std::string& path, const std::string& text) {
  std::uint64_t incarnation = 0;
  const auto* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, incarnation);
  if (error != std::errc() || incarnation == 0 || std::string_view(rest, end) != "\n")
    return base::Error{path + " is damaged: give an empty folder"};
  return incarnation;
}

// Durable before the cluster hears of it. Forgotten once there is a store: a server that lost it has
// forgotten its votes, and must not get its id again.
std::variant<std::uint64_t, Failed> incarnation_of(const Options& options) {
  const auto path = incarnation_path(options);
  const auto found = read_small_file(path);
  if (!found) return Failed{found.error(), EX_IOERR};
  if (found.value()) {
    const auto parsed = parse_incarnation(path, *found.value());
    if (!parsed) return Failed{parsed.error(), EX_DATAERR};
    return parsed.value();
  }
  std::random_device device;
  const auto drawn = (std::uint64_t{device()} << 32 | device()) | 1;
  if (auto written = write_small_file(path, std::to_string(drawn) + "\n"); !written)
    return Failed{written.error(), EX_IOERR};
  return drawn;
}

std::vector<std::string> asked(const Join& join) {
  std::vector<std::string> endpoints;
  for (const auto& endpoint : join.cluster) endpoints.push_back(to_string(endpoint));
  return endpoints;
}

std::optional<Failed> check_can_serve(const Options& options) {
  const auto listen = options.listen.value_or(options.join->address);
  if (auto allowed = net::check_allowed(listen, options.insecure); !allowed)
    return Failed{allowed.error(), EX_USAGE};
  if (auto possible = net::check_listen(listen, options.insecure); !possible)
    return Failed{possible.error(), EX_UNAVAILABLE};
  return std::nullopt;
}

std::variant<lock::MemberAdded, Failed> ask(const net::Log& log, const Join& join,
                                            std::uint64_t incarnation) {
  const lock::AddMember request{.address = to_string(join.address),
                                .incarnation = incarnation,
                                .promote = !join.learner,
                                .priority = join.priority};
  using Answer = std::variant<lock::MemberAdded, Failed>;
  return std::visit(base::Overload{
                        [](const lock::MemberAdded& added) { return Answer(added); },
                        [](const net::JoinRefused& refused) {
                          return Answer(Failed{"the cluster refuses: " + refused.why, EX_CONFIG});
                        },
                        [](const net::NoAnswer&) {
                          return Answer(Failed{
                              "--join: no leader of the cluster has answered; check the addresses, and that "
                              "a majority of its servers runs, then start this one again by the same words",
                              EX_UNAVAILABLE});
                        },
                    },
                    net::ask_to_join(log, asked(join), request, join.within));
}

}  // namespace

std::variant<std::unique_ptr<store::Store>, Failed> join(const net::Log& log, const Options& options) {
  if (auto used = store::Store::check_unused(options.data)) return failed(*used);
  if (auto cannot = check_can_serve(options)) return *cannot;
  store::OsFiles files;
  if (auto unmade = store::make_folder(files, options.data)) return failed(*unmade);
  const auto incarnation = incarnation_of(options);
  if (const auto* wrong = std::get_if<Failed>(&incarnation)) return *wrong;
  const auto answer = ask(log, *options.join, std::get<std::uint64_t>(incarnation));
  if (const auto* wrong = std::get_if<Failed>(&answer)) return *wrong;
  const auto& added = std::get<lock::MemberAdded>(answer);
  log.event("joined as server " + std::to_string(added.id.value));
  auto made = store::Store::create(
      options.data, {.cluster = added.cluster, .node = added.id, .address = to_string(options.join->address)},
      {});
  if (const auto* failure = std::get_if<store::Failure>(&made)) return failed(*failure);
  if (auto removed = remove_small_file(incarnation_path(options)); !removed)
    return Failed{removed.error(), EX_IOERR};
  return std::get<std::unique_ptr<store::Store>>(std::move(made));
}

std::optional<Failed> check_joined(const Options& options, const store::Store& store) {
  if (auto removed = remove_small_file(incarnation_path(options)); !removed)
    return Failed{removed.error(), EX_IOERR};
  if (!options.join) return std::nullopt;
  const auto instead = ": start it without --join, or give another folder with --data";
  if (!store.origin().configuration.members.empty()) {
    return Failed{options.data + " holds the store of server " + std::to_string(store.identity().node.value) +
                      " of a cluster that it helped to bootstrap" + instead,
                  EX_CONFIG};
  }
  const auto cluster = net::cluster_at(asked(*options.join), kCheckFor);
  if (!cluster || *cluster == store.identity().cluster) return std::nullopt;
  return Failed{options.data + " holds the store of a server of another cluster" + instead, EX_CONFIG};
}

}  // namespace lockd
