// Random stories for the properties: what a few quarrelsome clients ask over a few names, as entries of a
// log.
#pragma once

#include <map>
#include <optional>
#include <rapidcheck.h>
#include <vector>

#include "core/lock/machine.hpp"

namespace lock {

// Small numbers, so that a failing story shrinks to one that a person can read.
struct Step {
  int what = 0;    // which command
  int who = 0;     // which of the sessions so far
  int name = 0;    // which name
  int detail = 0;  // which ttl, token, earlier request or state
  int manner = 0;  // which mode, place in line, or other name
  int pause = 0;   // how much later than the step before; 0: in the same entry
};
std::ostream& operator<<(std::ostream& out, const Step& step);
rc::Gen<std::vector<Step>> steps();
// With a forced recovery now and then.
rc::Gen<std::vector<Step>> steps_with_recoveries();

// So tight that stories meet every bound.
Limits tight_limits();
std::string name_at(int which);
constexpr int kNames = 3;

// What one entry was and did.
struct Chapter {
  LogTime stamp;
  std::vector<Command> commands;
  Applied applied;
};

// Turns steps into entries and applies them to its machine.
class Story {
 public:
  // Calls `after` behind every entry.
  template <class After>
  void tell(const std::vector<Step>& steps, After after) {
    for (std::size_t i = 0; i < steps.size();) {
      Chapter chapter{stamp_after(steps[i].pause), {}, {}};
      do {
        chapter.commands.push_back(command(steps[i++]));
      } while (i < steps.size() && steps[i].pause == 0);
      chapter.applied = machine.apply(chapter.stamp, chapter.commands);
      learn(chapter);
      after(chapter);
    }
  }

  Machine machine{tight_limits()};

 private:
  LogTime stamp_after(int pause) const { return machine.stamp() + Millis(pause * pause * 10); }
  Command command(const Step& step);
  Operation operation(const Step& step) const;
  Acquire acquire(const Step& step) const;
  Operation about_a_record(const Step& step) const;
  Token token(const Step& step) const;
  void learn(const Chapter& chapter);

  struct Asked {
    std::uint64_t last = 0;
    std::vector<Sequenced> requests;
  };
  std::vector<SessionId> sessions_{SessionId(77)};  // one that never was
  std::map<SessionId, Asked> asked_;
  std::vector<Token> tokens_{Token(0)};
};

}  // namespace lock
