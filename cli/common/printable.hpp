// Text that came from others, for a terminal.
#pragma once

#include <string>
#include <string_view>

namespace cli {

// On one line and without a terminal's commands: `?` for each control character (below 0x20, 0x7f, and U+0080
// to U+009F) and for each byte that is not UTF-8.
std::string printable(std::string_view text);

}  // namespace cli
