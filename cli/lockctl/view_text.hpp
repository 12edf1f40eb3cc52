// A name as a person reads it.
#pragma once

#include <string>

#include "core/lock/reply.hpp"

namespace lockctl {

// `exclusive`, `shared`, `1 of 3`'s `of 3`: how a hold goes together with others.
std::string mode_text(const lock::Mode& mode);
// Lines with their newlines.
std::string view_text(const lock::NameView& view, const std::string& shown_name);
// The same in one line, without its newline.
std::string view_line(const lock::NameView& view, const std::string& shown_name);

}  // namespace lockctl
