// What a server says to its operator: one line an event.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace net {

enum class Verbosity { errors, events, details };

class Log {
 public:
  using Sink = std::function<void(std::string_view line)>;

  // Every line becomes `prefix: line`; it goes to standard error unless a sink is given.
  Log(std::string prefix, Verbosity verbosity, Sink sink = {});

  void error(std::string_view line) const;
  void event(std::string_view line) const;
  void detail(std::string_view line) const;
  // Whether anybody reads details.
  bool detailed() const { return verbosity_ >= Verbosity::details; }

 private:
  void say(std::string_view line) const;

  std::string prefix_;
  Verbosity verbosity_;
  Sink sink_;
};

}  // namespace net
