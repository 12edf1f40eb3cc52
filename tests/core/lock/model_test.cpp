// The machine does what the simple model of the same promises does.
#include "model.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/base/overload.hpp"
#include "story.hpp"

namespace lock {
namespace {

// The model gives no reasons, no cycles, and doesn't tell who is in the way.
Reply plain(const Reply& reply) {
  return std::visit(base::Overload{[](const Refused&) -> Reply { return Refused{}; },
                                   [](const Deadlock&) -> Reply { return Deadlock{}; },
                                   [](const Queued&) -> Reply { return Queued{}; },
                                   [](const Held&) -> Reply { return Held{}; },
                                   [](const auto& other) -> Reply { return other; }},
                    reply);
}

std::vector<Answer> plain(std::vector<Answer> answers) {
  for (auto& answer : answers) answer.reply = plain(answer.reply);
  return answers;
}

std::string told(const std::vector<Answer>& answers) {
  std::string text;
  for (const auto& answer : answers) {
    const auto* refused = std::get_if<Refused>(&answer.reply);
    text += " " + std::to_string(answer.session.value) + "/" + std::to_string(answer.sequence.value) + " " +
            name_of(answer.reply) + (refused == nullptr ? "" : " (" + refused->why + ")");
  }
  return text;
}

void assert_same(const Applied& machine, const Applied& model) {
  const auto answers = plain(machine.answers), expected = plain(model.answers);
  RC_LOG() << "machine:" << told(machine.answers) << "\nmodel:  " << told(model.answers) << "\n";
  RC_ASSERT(std::is_permutation(answers.begin(), answers.end(), expected.begin(), expected.end()));
  RC_ASSERT(std::is_permutation(machine.events.begin(), machine.events.end(), model.events.begin(),
                                model.events.end()));
}

void assert_same_views(const Machine& machine, const Model& model, LogTime now) {
  for (int i = 0; i < kNames; ++i) {
    const auto name = name_at(i);
    RC_ASSERT(machine.view(name, now) == model.view(name, now));
    RC_ASSERT(machine.audit(name, 0, now) == model.audit(name, now));
  }
  for (const auto& [id, session] : machine.sessions()) {
    for (const auto& [sequence, waiting] : session.waiting) RC_ASSERT(model.waits(id, sequence));
  }
}

RC_GTEST_PROP(Machine, AnswersShowsAndKeepsWhatTheModelDoes, ()) {
  Story story;
  Model model(tight_limits());
  bool deadlocks = false, ends = false, supersedes = false, reenters = false;
  story.tell(*steps_with_recoveries(), [&](const Chapter& chapter) {
    story.machine.check();
    assert_same(chapter.applied, model.apply(chapter.stamp, chapter.commands));
    assert_same_views(story.machine, model, chapter.stamp + Millis(5));
    RC_ASSERT(!model.somebody_waits_in_vain());
    for (const auto& answer : chapter.applied.answers) {
      deadlocks = deadlocks || std::holds_alternative<Deadlock>(answer.reply);
      ends = ends || std::holds_alternative<OnceEnded>(answer.reply);
      supersedes = supersedes || std::holds_alternative<Superseded>(answer.reply);
      const auto* granted = std::get_if<Granted>(&answer.reply);
      reenters = reenters || (granted != nullptr && granted->entries > 1);
    }
  });
  RC_CLASSIFY(deadlocks, "deadlocks");
  RC_CLASSIFY(ends, "onces end");
  RC_CLASSIFY(supersedes, "superseded");
  RC_CLASSIFY(reenters, "re-entered");
}

}  // namespace
}  // namespace lock
