#include <cstdio>

#include "cli/raftsim/verbs.hpp"
#include "sim/check/check_file.hpp"
#include "sim/scenario.hpp"

namespace raftsim {

int check(const CheckAsked& asked) {
  std::optional<::check::Model> model;
  std::optional<::check::Format> format;
  if (!asked.model.empty()) {
    const auto named = ::check::model_named(asked.model);
    if (!named.ok()) return complain("--model: " + named.error()), kUsage;
    model = named.value();
  }
  if (!asked.format.empty()) {
    const auto named = ::check::format_named(asked.format);
    if (!named.ok()) return complain("--format: " + named.error()), kUsage;
    format = named.value();
  }
  const auto report = ::check::check_file(asked.file, model, format);
  if (!report.ok()) return complain(report.error()), kUsage;
  for (const auto& line : report->lines) std::printf("%s\n", line.c_str());
  switch (report->answer) {
    case ::check::Answer::pass:
      return kPass;
    case ::check::Answer::violation:
      return kViolation;
    case ::check::Answer::undecided:
      return kInconclusive;
  }
  return kInternal;
}

int schema() {
  std::fputs(sim::scenario_schema(), stdout);
  return kPass;
}

}  // namespace raftsim
