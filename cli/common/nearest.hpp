// "Did you mean": the valid word that a mistyped one is closest to.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

// By edit distance (insert, delete, replace, swap of neighbours), at most a third of the word and at least
// one edit allowed; the first of equals. A valid word that begins with `word` counts as close. Nothing: none
// is close.
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& valid);

// What to say behind a word that is none of `valid`: the one that was meant, or all of them.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& valid);

}  // namespace cli
