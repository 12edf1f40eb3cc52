// A whole file, for those who judge what is in it.
#pragma once

#include <string>

#include "core/base/result.hpp"

namespace check {

// `what`: what the file should have been, for the message, such as "a history file".
base::Result<std::string> read_text(const std::string& path, const std::string& what);

}  // namespace check
