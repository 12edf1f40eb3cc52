// The words of those verbs that administer a cluster.
#pragma once

#include "cli/lockctl/words.hpp"

namespace lockctl {

// `verb`: members and what follows it, transfer, snapshot, metrics. Nothing: it is none of them. Throws
// Wrong.
std::optional<Verb> make_admin_verb(const std::string& verb, const Words& words);

}  // namespace lockctl
