// Columns for a terminal.
#pragma once

#include <string>
#include <vector>

namespace cli {

// Every row has as many cells as `header`. Two spaces between columns, none at a line's end; each line ends
// in a newline. Of a cell what is printable().
std::string table(const std::vector<std::string>& header, std::vector<std::vector<std::string>> rows);

}  // namespace cli
