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

struct ServerHealth {
  std::string endpoint;
  std::optional<lock::Health> health;  // nothing: it did not answer
  std::string problem;
};
std::string json_of(const ServerHealth& server);

// A flat object, its fields in the order of their names.
using Field = std::variant<bool, std::int64_t, std::uint64_t, double, std::string>;
std::string json_object(const std::map<std::string, Field>& fields);

}  // namespace lockctl
