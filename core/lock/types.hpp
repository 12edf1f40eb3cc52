// The words of the lock service, shared by servers, clients and checkers.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

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

// Bounds that every server enforces, so they are part of what is replicated and never of one server's
// configuration.
struct Limits {
  std::size_t name_bytes = 256;
  std::size_t value_bytes = 64 * 1024;
  std::size_t text_bytes = 256;  // a note, a client's description, a state
  std::size_t sessions = 100'000;
  std::size_t waiters_per_lock = 20'000;
  std::size_t locks = 1'000'000;  // names that are held
  std::size_t records = 1'000'000;
  std::size_t replies_per_session = 64;  // kept for retries until acknowledged
  std::size_t listed = 1'000;            // rows in one answer to a listing
  std::size_t listed_bytes =
      1u << 20;  // and their bytes, so that an answer fits a frame; one row always does
  Millis ttl_min{100};
  Millis ttl_max{24 * 3600 * 1000};
  Millis record_ttl_max{365LL * 24 * 3600 * 1000};
};

// `/`-separated printable UTF-8 of at most 256 bytes, without spaces and `,` `=` `:`, not beginning with `-`
// or `/`, not ending in `/`, no empty part. Says in one line what is wrong and what would be right.
base::Status check_name(std::string_view name);

}  // namespace lock
