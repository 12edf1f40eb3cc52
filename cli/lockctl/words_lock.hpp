// The words of those verbs that take, keep and end holds.
#pragma once

#include "cli/lockctl/words.hpp"

namespace lockctl {

// Nothing: it is none of them. Throws Wrong.
std::optional<Verb> make_lock_verb(const std::string& verb, const Words& words, const Global& global);

// For the others. Each throws Wrong.
std::string read_name(const Words& words, const Global& global);
lock::Token read_required_token(const Words& words);
lock::Consistency read_consistency(const Words& words);
// `otherwise` where -t was not given.
lock::Millis read_ttl(const Words& words, const char* otherwise, lock::Millis at_most);
// The value of a variable; empty: there is none.
std::string environment(const char* name);

}  // namespace lockctl
