// One word of the command line read, or refused with the flag it belongs to.
#pragma once

#include <charconv>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/base/id.hpp"
#include "core/base/time.hpp"

namespace lockctl {

// Thrown and caught within make_options() only: the first thing that is wrong ends the reading.
struct Wrong : std::runtime_error {
  using std::runtime_error::runtime_error;
};

base::Duration read_duration(const std::string& flag, const std::string& text);
// Nothing: it was not given.
std::optional<base::Duration> read_maybe_duration(const std::string& flag, const std::string& text);
// One of these words, as it is.
std::string read_one_of(const std::string& flag, const std::string& text,
                        const std::vector<std::string>& valid);
base::NodeId read_member(const std::string& text);

template <class T>
T read_number(const std::string& flag, const std::string& text) {
  T value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    throw Wrong(flag + ": '" + text + "' is not a number");
  return value;
}
template <class T>
T read_number(const std::string& flag, const std::string& text, T least, T most) {
  const auto value = read_number<T>(flag, text);
  if (value < least || value > most)
    throw Wrong(flag + ": give " + std::to_string(least) + " to " + std::to_string(most) + ", not " + text);
  return value;
}

}  // namespace lockctl
