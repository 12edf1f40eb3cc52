// A history file judged, for the command line and for the simulator's own runs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "sim/check/history_file.hpp"
#include "sim/check/linearizability.hpp"

namespace check {

enum class Answer { pass, violation, undecided };

struct Report {
  Answer answer = Answer::pass;
  std::string check;  // which check failed or gave up: "linearizable", "tokens", "queues"; empty on a pass
  std::vector<std::string> lines;  // for people
};

// Tokens and queues first where the model has them, then linearizability.
base::Result<Report> check_history(const History& history, std::optional<Model> model,
                                   const Budget& budget = {});

// Without a model: by the file's operations (edn registers start at 0). Without a format: by the file's name
// and first characters.
base::Result<Report> check_file(const std::string& path, std::optional<Model> model,
                                std::optional<Format> format, const Budget& budget = {});

}  // namespace check
