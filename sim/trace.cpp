#include "sim/trace.hpp"

#include <ostream>

namespace sim {

void Trace::line(Time now, const std::string& text) {
  if (!out_) return;
  const auto micros = std::to_string(now.count() / 1000 % 1'000'000);
  const auto seconds = std::to_string(now.count() / 1'000'000'000);
  *out_ << std::string(seconds.size() < 5 ? 5 - seconds.size() : 0, ' ') << seconds << '.'
        << std::string(6 - micros.size(), '0') << micros << "s  " << text << '\n';
}

}  // namespace sim
