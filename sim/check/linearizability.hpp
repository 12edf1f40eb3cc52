// Is there one order of the operations, each between its call and its return, that a single correct object
// would have given? (Herlihy and Wing 1990.) Judged key by key; unknown outcomes stay open for ever.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "core/base/result.hpp"
#include "sim/check/history.hpp"

namespace check {

enum class Model {
  lock,           // a lock with fencing tokens and its status record, or a Once, as one object a key
  once,           // a Once alone
  register_nil,   // a register with compare-and-set, nil at first
  register_zero,  // the same, "0" at first
  kv,             // get, put, append on texts, "" at first
};

// "lock" (also "status"), "once", "register", "register-zero", "kv".
base::Result<Model> model_named(std::string_view name);
const char* name_of(Model model);
// By the history's own operations; an empty history is a lock's.
base::Result<Model> model_for(const History& history);

// Both bound memory; time goes with the first. Counted, not timed: the same history gets the same verdict
// everywhere.
struct Budget {
  std::uint64_t configurations = 20'000'000;
  std::uint64_t bytes = std::uint64_t{4} << 30;
};

struct Linearizable {};
struct NotLinearizable {
  std::string key;
  std::string why;      // one sentence
  History core;         // the least operations found that still can't be ordered
  std::string drawing;  // of the core over time, a row a client
};
struct Undecided {
  std::string key;
  std::string why;
};
using Verdict = std::variant<Linearizable, NotLinearizable, Undecided>;

// Requires operations that belong to the model (see misfit()).
Verdict check(const History& history, Model model, const Budget& budget = {});

// The first operation that the model does not know, or whose outcome is not one of its own; one line.
std::optional<std::string> misfit(const History& history, Model model);

// Tokens are one counter in the whole cluster: no two grants share one, and a grant that returned before
// another was asked for has the smaller token. Across keys; O(n log n).
// Requests for several names share one, and re-entries that of their hold.
std::optional<NotLinearizable> check_tokens(const History& history);
// Who stood in a queue is granted the lock before whoever came later and is to wait behind it. Needs grants
// that check_tokens() has found in order.
std::optional<NotLinearizable> check_queues(const History& history);

}  // namespace check
