// How the invariants of Raft say what is broken. For their own sources only.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "core/base/check.hpp"
#include "sim/check/raft_invariants.hpp"

namespace check {

struct Broken {
  Violation violation;
};

[[noreturn]] inline void broken(const char* check, std::string what) {
  throw Broken{{check, std::move(what)}};
}

inline std::string at(raft::Index index) {
  return "index " + std::to_string(index.value);
}
inline std::string in(raft::Term term) {
  return "term " + std::to_string(term.value);
}
inline std::string server(base::NodeId id) {
  return "server " + std::to_string(id.value);
}
inline std::string place(raft::Position p) {
  return at(p.index) + " of " + in(p.term);
}

template <class Look>
std::optional<Violation> judge(base::NodeId id, Look look) {
  try {
    look();
  } catch (const Broken& found) {
    return found.violation;
  } catch (const base::CheckFailed& failed) {
    return Violation{"raft_check", server(id) + ": " + failed.what()};
  }
  return std::nullopt;
}

inline raft::Term term_in(const std::vector<raft::Term>& terms, raft::Index index) {
  return index && index.value <= terms.size() ? terms[index.value - 1] : raft::Term();
}

}  // namespace check
