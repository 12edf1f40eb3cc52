// Which store a server runs on: the one that is there, or, bootstrapping, a new one.
#pragma once

#include <memory>
#include <variant>

#include "cli/lockd/options.hpp"
#include "core/store/store.hpp"

namespace lockd {

// The same for the same words on every machine; differs where the name or any member does.
store::Identity identity_of(const Bootstrap& bootstrap);

std::variant<std::unique_ptr<store::Store>, store::Failure> open_store(const Options& options);

}  // namespace lockd
