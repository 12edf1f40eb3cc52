#include "sim/check/check_file.hpp"

#include <set>
#include <sstream>

#include "core/base/overload.hpp"
#include "sim/check/read_text.hpp"

namespace check {

namespace {

void add_counter_example(Report& report, const NotLinearizable& found) {
  report.answer = Answer::violation;
  report.lines.push_back(found.why);
  std::istringstream drawing(found.drawing);
  for (std::string line; std::getline(drawing, line);) report.lines.push_back("  " + line);
}

std::string counted(const History& history) {
  std::set<std::string> keys;
  for (const auto& operation : history) keys.insert(operation.key);
  return std::to_string(history.size()) + (history.size() == 1 ? " operation" : " operations") + " on " +
         std::to_string(keys.size()) + (keys.size() == 1 ? " key" : " keys");
}

Format guess_format(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return Format::json;
  const auto rest = text.substr(first);
  if (rest.starts_with("{\"")) return Format::json;
  if (rest.starts_with("INFO") || rest.find("jepsen.util") != std::string_view::npos)
    return Format::jepsen_etcd;
  if (rest[0] == '[' || rest[0] == '(' || rest[0] == ';' || rest.starts_with("{:")) return Format::edn;
  return Format::json;
}

}  // namespace

base::Result<Report> check_history(const History& history, std::optional<Model> model, const Budget& budget) {
  if (!model) {
    const auto guessed = model_for(history);
    if (!guessed.ok()) return guessed.failure();
    model = guessed.value();
  }
  if (const auto wrong = misfit(history, *model)) return base::Error{*wrong};
  Report report;
  if (*model == Model::lock) {
    if (const auto found = check_tokens(history)) {
      report.check = "tokens";
      add_counter_example(report, *found);
      return report;
    }
    if (const auto found = check_queues(history)) {
      report.check = "queues";
      add_counter_example(report, *found);
      return report;
    }
  }
  std::visit(base::Overload{
                 [&](const Linearizable&) {
                   report.lines.push_back("linearizable: " + counted(history) + ", model " + name_of(*model));
                 },
                 [&](const NotLinearizable& found) {
                   report.check = "linearizable";
                   add_counter_example(report, found);
                 },
                 [&](const Undecided& undecided) {
                   report.check = "linearizable";
                   report.answer = Answer::undecided;
                   report.lines.push_back(undecided.why);
                 },
             },
             check(history, *model, budget));
  return report;
}

base::Result<Report> check_file(const std::string& path, std::optional<Model> model,
                                std::optional<Format> format, const Budget& budget) {
  const auto read = read_text(path, "a history file");
  if (!read.ok()) return read.failure();
  const auto& text = read.value();
  if (!format) format = guess_format(text);
  const auto history = parse_history(*format, text, path);
  if (!history.ok()) return history.failure();
  if (history.value().empty() && text.find_first_not_of(" \t\r\n") != std::string::npos)
    return base::Error{path + ": no line of it is an operation in that format"};
  const bool registers = !history.value().empty() && model_for(history.value()).ok() &&
                         model_for(history.value()).value() == Model::register_nil;
  if (!model && *format == Format::edn && registers) model = Model::register_zero;
  auto report = check_history(history.value(), model, budget);
  if (!report.ok()) return base::Error{path + ": " + report.error()};
  return report;
}

}  // namespace check
