#include <cstdio>
#include <cstring>
#include <string>

#include "cli/lockd/failed.hpp"
#include "cli/lockd/join.hpp"
#include "cli/lockd/open_store.hpp"
#include "cli/lockd/options.hpp"
#include "cli/lockd/recover.hpp"
#include "cli/lockd/removed.hpp"
#include "core/base/overload.hpp"
#include "net/run_server.hpp"

namespace {

using lockd::Failed;

using StoreOrNot = std::variant<std::unique_ptr<store::Store>, Failed>;

// Before anything is made that would have to be undone.
std::optional<Failed> check_bootstrap(const lockd::Options& options) {
  const auto& self = options.bootstrap->members.at(options.bootstrap->self.value - 1);
  const auto allowed = net::check_allowed(options.listen.value_or(self), options.insecure);
  if (!allowed) return Failed{allowed.error(), EX_USAGE};
  const auto status = net::check_listen(options.listen.value_or(self), options.insecure);
  if (!status) return Failed{status.error(), EX_UNAVAILABLE};
  return std::nullopt;
}

StoreOrNot prepare(const net::Log& log, const lockd::Options& options) {
  if (auto removed = lockd::check_not_removed(options.data)) return *removed;
  const bool exists = store::Store::exists(options.data);
  if (options.join && !exists) return lockd::join(log, options);
  if (options.bootstrap && !exists) {
    if (auto failure = check_bootstrap(options)) return *failure;
  }
  auto opened = lockd::open_store(options);
  if (const auto* failure = std::get_if<store::Failure>(&opened)) return lockd::failed(*failure);
  auto& store = std::get<std::unique_ptr<store::Store>>(opened);
  if (auto failure = lockd::check_joined(options, *store)) return *failure;
  return std::move(store);
}

std::optional<Failed> run(const net::Log& log, std::unique_ptr<store::Store> store,
                          const net::ServeOptions& serving) {
  const auto identity = store->identity();
  return std::visit(
      base::Overload{
          [](const net::Stopped&) { return std::optional<Failed>(); },
          [&](const net::Removed&) { return lockd::leave_removed_mark(log, serving.data, identity); },
          [](const net::CannotListen& e) {
            return std::optional(Failed{e.message, EX_UNAVAILABLE});
          },
          [](const store::Failure& e) { return std::optional(lockd::failed(e)); },
      },
      net::run_server(log, std::move(store), serving));
}

std::optional<Failed> serve(const net::Log& start, const lockd::Options& options) {
  auto prepared = prepare(start, options);
  if (const auto* failure = std::get_if<Failed>(&prepared)) return *failure;
  auto& store = std::get<std::unique_ptr<store::Store>>(prepared);
  const auto self = net::parse_endpoint(store->identity().address);
  if (!self) return Failed{self.error(), EX_DATAERR};
  const net::ServeOptions serving{.listen = options.listen.value_or(self.value()),
                                  .insecure = options.insecure,
                                  .tuning = options.tuning,
                                  .snapshots = options.snapshots,
                                  .data = options.data};
  const auto allowed = net::check_allowed(serving.listen, serving.insecure);
  if (!allowed) return Failed{allowed.error(), EX_USAGE};
  const net::Log log("lockd[" + std::to_string(store->identity().node.value) + "]", options.verbosity);
  const auto failure = run(log, std::move(store), serving);
  if (failure) log.error(failure->message);
  // Said already, with the server's name.
  return failure ? std::optional(Failed{{}, failure->code}) : std::nullopt;
}

int serve(const lockd::Options& options) {
  const net::Log log("lockd", options.verbosity);
  const auto failure = serve(log, options);
  if (failure && !failure->message.empty()) log.error(failure->message);
  return failure ? failure->code : EX_OK;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1 && std::strcmp(argv[1], "recover") == 0) return lockd::recover(argc - 1, argv + 1);
  return std::visit(base::Overload{
                        [](const lockd::Options& options) { return serve(options); },
                        [](const lockd::Answer& answer) {
                          std::fputs(answer.text.c_str(), stdout);
                          return EX_OK;
                        },
                        [](const lockd::UsageError& error) {
                          std::fprintf(stderr, "lockd: %s; lockd --help shows how\n", error.message.c_str());
                          return EX_USAGE;
                        },
                    },
                    lockd::parse_options(argc, argv));
}
