// `raftsim report`: one page from one run or many.
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "cli/raftsim/print.hpp"
#include "cli/raftsim/publish.hpp"
#include "cli/raftsim/tables.hpp"
#include "cli/raftsim/verbs.hpp"
#include "sim/check/read_text.hpp"

namespace raftsim {

namespace {

// All lines of all runs but the first of each, which tells the version.
base::Status join(const std::vector<std::string>& texts, const std::string& path) {
  std::ofstream out(path, std::ios::trunc);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    auto text = std::string_view(texts[i]);
    text = text.substr(0, text.rfind('\n') + 1);
    out << (i == 0 ? text : text.substr(text.find('\n') + 1));
  }
  out.close();
  if (!out) return base::Error{path + ": can't be written"};
  return base::Done{};
}

}  // namespace

int report(const ReportAsked& asked) {
  std::vector<sim::Results> all;
  std::vector<std::string> texts;
  for (const auto& run : asked.runs) {
    std::error_code unseen;
    const auto path = std::filesystem::is_directory(run, unseen) ? run + "/results.jsonl" : run;
    const auto text = ::check::read_text(path, "the results of a run");
    if (!text.ok()) return complain(text.error()), kUsage;
    const auto read = sim::read_results(text.value(), path, all);
    if (!read.ok()) return complain(read.error()), kUsage;
    texts.push_back(text.value());
  }
  if (all.empty()) return complain("these runs tell of no scenario"), kUsage;
  for (auto& results : all) results.close();
  if (const auto ready = prepare(asked.outlets); !ready.ok()) return complain(ready.error()), kUsage;
  Totals totals;
  for (const auto& results : all) {
    print_text(results);
    totals.add(results);
  }
  std::printf("\n%s\n%s\n", text_of(fault_by_meeting(all)).c_str(), text_of(fault_by_scenario(all)).c_str());
  print_text(totals);
  if (const auto ended = ended_line(all); !ended.empty()) std::printf("%s\n", ended.c_str());
  if (!asked.outlets.report.empty()) {
    const auto joined = join(texts, asked.outlets.report + "/results.jsonl");
    if (!joined.ok()) return complain(joined.error()), kUsage;
  }
  if (const auto published = publish(asked.outlets, all); !published.ok())
    return complain(published.error()), kUsage;
  return code_of(worst(all));
}

}  // namespace raftsim
