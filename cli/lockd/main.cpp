#include <cstdio>
#include <string>
#include <sysexits.h>

#include "cli/lockd/open_store.hpp"
#include "cli/lockd/options.hpp"
#include "core/base/overload.hpp"
#include "net/run_server.hpp"

namespace {

int exit_code(store::Fault fault) {
  switch (fault) {
    case store::Fault::damaged:
      return EX_DATAERR;
    case store::Fault::disk:
      return EX_IOERR;
    case store::Fault::identity:
      return EX_CONFIG;
    case store::Fault::absent:
      return EX_CONFIG;
    case store::Fault::busy:
      return EX_IOERR;
  }
  return EX_SOFTWARE;
}

int fail(const net::Log& log, const std::string& message, int code) {
  log.error(message);
  return code;
}

int serve(const lockd::Options& options) {
  const net::Log start("lockd", options.verbosity);
  if (options.bootstrap && !store::Store::exists(options.data)) {
    const auto& self = options.bootstrap->members.at(options.bootstrap->self.value - 1);
    const auto allowed = net::check_allowed(options.listen.value_or(self), options.insecure);
    if (!allowed) return fail(start, allowed.error(), EX_USAGE);
    const auto status = net::check_listen(options.listen.value_or(self), options.insecure);
    if (!status) return fail(start, status.error(), EX_UNAVAILABLE);
  }
  auto opened = lockd::open_store(options);
  if (const auto* failure = std::get_if<store::Failure>(&opened)) {
    return fail(start, failure->message, exit_code(failure->fault));
  }
  auto& store = std::get<std::unique_ptr<store::Store>>(opened);
  const auto& identity = store->identity();
  const auto self = net::parse_endpoint(identity.members.at(identity.node.value - 1));
  if (!self) return fail(start, self.error(), EX_DATAERR);
  const net::ServeOptions serving{.listen = options.listen.value_or(self.value()),
                                  .insecure = options.insecure,
                                  .tuning = options.tuning,
                                  .data = options.data};
  const auto allowed = net::check_allowed(serving.listen, serving.insecure);
  if (!allowed) return fail(start, allowed.error(), EX_USAGE);
  const net::Log log("lockd[" + std::to_string(identity.node.value) + "]", options.verbosity);
  const auto end = net::run_server(log, std::move(store), serving);
  return std::visit(base::Overload{
                        [](const net::Stopped&) { return EX_OK; },
                        [&](const net::CannotListen& e) { return fail(log, e.message, EX_UNAVAILABLE); },
                        [&](const store::Failure& e) { return fail(log, e.message, exit_code(e.fault)); },
                    },
                    end);
}

}  // namespace

int main(int argc, char** argv) {
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
