// A server that has no store yet gets an id from a cluster that is there, and makes its store.
#pragma once

#include <memory>
#include <variant>

#include "cli/lockd/failed.hpp"
#include "cli/lockd/options.hpp"
#include "core/store/store.hpp"
#include "net/log.hpp"

namespace lockd {

// Only where there is no store. Asked again, after whatever crash, the server gets the same id until its
// store is made.
std::variant<std::unique_ptr<store::Store>, Failed> join(const net::Log& log, const Options& options);

// Of a store that is there: ends what a crash has left of join(). With --join: whether it was made by that,
// and for a cluster that one of those named belongs to, as far as they answer.
std::optional<Failed> check_joined(const Options& options, const store::Store& store);

}  // namespace lockd
