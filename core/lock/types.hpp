// The words of the lock service, shared by servers, clients and checkers.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "core/base/id.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"

namespace lock {

using base::LogTime;
using Millis = std::chrono::milliseconds;

struct SessionKind;
// Minted by the servers; never reused.
using SessionId = base::Id<SessionKind>;
struct SequenceKind;
// Numbers a session's requests from 1.
using Sequence = base::Id<SequenceKind>;
struct TokenKind;
// A fencing token: one more for every grant, below 2^53 so that every JSON reader keeps it whole.
using Token = base::Id<TokenKind>;
struct RevisionKind;
// Counts the writes of status records in the whole cluster; the version of a record is that of its last
// write.
using Revision = base::Id<RevisionKind>;

// How a name is held. Several share one that is held shared; a counted one (a semaphore) has at most `limit`
// holders, the same number for everybody who uses it; nothing else goes together.
struct Exclusive {
  bool operator==(const Exclusive&) const = default;
};
struct Shared {
  bool operator==(const Shared&) const = default;
};
struct Counted {
  std::uint32_t limit = 1;  // at least 1
  bool operator==(const Counted&) const = default;
};
using Mode = std::variant<Exclusive, Shared, Counted>;

// `/`-separated printable UTF-8 of at most 256 bytes, without spaces and `,` `=` `:`, not beginning with `-`
// or `/`, not ending in `/`, no empty part. Says in one line what is wrong and what would be right.
base::Status check_name(std::string_view name);

}  // namespace lock
