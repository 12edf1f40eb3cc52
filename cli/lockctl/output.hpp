// Answers as one JSON object a line. Lengths of time are relative, in milliseconds, in fields that end in
// `_ms`.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>

#include "core/lock/reply.hpp"

namespace lockctl {

std::string json_of(const lock::NameView& view, const std::string& shown_name);
std::string json_of(const lock::AuditEntry& entry, const std::string& shown_name);
std::string json_of(const lock::Change& change, const std::string& shown_name);
// A name as it was at `index`, behind a line that told of a gap.
std::string json_of_reset(std::uint64_t index, const lock::NameView& view, const std::string& shown_name);

struct ServerHealth {
  std::string endpoint;
  std::optional<lock::Health> health;  // nothing: it did not answer
  std::string problem;
};
std::string json_of(const ServerHealth& server);

// How many committed entries are not on its disk, as far as the leader knows.
std::uint64_t lag_of(const lock::Members& members, const lock::MemberView& member);

// One line a member.
std::string json_of(const lock::Members& members);
// One line a metric.
std::string json_of(const lock::Metrics& metrics);

// A flat object, its fields in the order of their names.
using Field = std::variant<bool, std::int64_t, std::uint64_t, double, std::string>;
std::string json_object(const std::map<std::string, Field>& fields);

}  // namespace lockctl
