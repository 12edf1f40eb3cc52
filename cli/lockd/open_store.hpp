// Which store a server runs on: the one that is there, or, bootstrapping, a new one.
#pragma once

#include <memory>
#include <variant>

#include "cli/lockd/options.hpp"
#include "core/store/store.hpp"

namespace lockd {

// What the store of a bootstrapped server is made with: the same for the same words on every machine, but for
// the server; the cluster's id differs where its name or any member does.
struct Founding {
  store::Identity identity;
  raft::Configuration members;
};
Founding founding_of(const Bootstrap& bootstrap);

std::variant<std::unique_ptr<store::Store>, store::Failure> open_store(const Options& options);

}  // namespace lockd
