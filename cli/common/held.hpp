// LOCKD_HELD: every lock that a process's ancestors hold, `a=41 b=42`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace cli {

// `held` with name=token behind it; an entry of the same name is replaced.
std::string add_held(std::string_view held, std::string_view name, std::uint64_t token);

// The token with which `held` has the name.
std::optional<std::uint64_t> token_held(std::string_view held, std::string_view name);

// A fencing token in decimal: 1 to 2^53 - 1.
base::Result<std::uint64_t> parse_token(std::string_view text);

}  // namespace cli
