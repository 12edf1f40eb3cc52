// What the parts of the model say to one another.
#pragma once

#include <string>
#include <vector>

#include "core/lock/command.hpp"

namespace lock::modelled {

inline bool clash(const Mode& a, const Mode& b) {
  return a.index() != b.index() || std::holds_alternative<Exclusive>(a);
}
inline const Wanted* find(const std::vector<Wanted>& locks, const std::string& name) {
  for (const auto& lock : locks) {
    if (lock.name == name) return &lock;
  }
  return nullptr;
}
inline Millis left(LogTime from, LogTime to) {
  return to > from ? to - from : Millis(0);
}
inline base::Bytes bytes(const std::string& text) {
  return base::Bytes(text);
}

}  // namespace lock::modelled
