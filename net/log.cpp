#include "net/log.hpp"

#include <unistd.h>
#include <utility>

namespace net {

Log::Log(std::string prefix, Verbosity verbosity, Sink sink)
    : prefix_(std::move(prefix)), verbosity_(verbosity), sink_(std::move(sink)) {}

void Log::error(std::string_view line) const {
  say(line);
}

void Log::event(std::string_view line) const {
  if (verbosity_ >= Verbosity::events) say(line);
}

void Log::detail(std::string_view line) const {
  if (verbosity_ >= Verbosity::details) say(line);
}

void Log::say(std::string_view line) const {
  std::string whole = prefix_ + ": ";
  whole += line;
  if (sink_) return sink_(whole);
  whole += '\n';
  // One write a line, so that lines of several servers on one terminal don't mix. Nobody is left to tell of
  // its failure.
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, whole.data(), whole.size());
}

}  // namespace net
