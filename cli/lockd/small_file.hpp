// A line or two in the server's folder that must survive a crash.
#pragma once

#include <optional>
#include <string>

#include "core/base/result.hpp"

namespace lockd {

// Nothing: there is no such file.
base::Result<std::optional<std::string>> read_small_file(const std::string& path);
// There, whole and durable, or as before.
base::Status write_small_file(const std::string& path, const std::string& text);
// No error where there is none.
base::Status remove_small_file(const std::string& path);

}  // namespace lockd
