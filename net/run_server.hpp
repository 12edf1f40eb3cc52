// A server from its start to its end, on the calling thread: what the program lockd is around its command
// line.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "core/node/node.hpp"
#include "core/store/store.hpp"
#include "net/endpoint.hpp"
#include "net/log.hpp"

namespace net {

struct ServeOptions {
  Endpoint listen;
  bool insecure = false;  // any address, not only loopback
  raft::Tuning tuning;
  node::SnapshotPolicy snapshots;
  std::string data;  // where the store is, for the log
};

// TERM or INT came, and everything begun has been finished.
struct Stopped {};
// The cluster has let this server go: nothing is left for it to do.
struct Removed {};
// The port can't be listened on; nothing has been served.
struct CannotListen {
  std::string message;
};
using End = std::variant<Stopped, Removed, CannotListen, store::Failure>;

// Refuses any but a loopback address unless `insecure`: nothing on the wire is encrypted or authenticated. A
// host that resolves to nothing is left to whoever listens.
base::Status check_allowed(const Endpoint& endpoint, bool insecure);

// Whether run_server could listen there now: to be asked before anything is made that would have to be
// undone.
base::Status check_listen(const Endpoint& endpoint, bool insecure);

End run_server(const Log& log, std::unique_ptr<store::Store> store, const ServeOptions& options);

}  // namespace net
