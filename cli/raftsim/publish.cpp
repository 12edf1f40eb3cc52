#include "cli/raftsim/publish.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "cli/raftsim/render.hpp"

namespace raftsim {

namespace {

base::Status write(const std::string& path, const std::string& text,
                   std::ios::openmode mode = std::ios::trunc) {
  std::ofstream out(path, mode);
  out << text;
  out.close();
  if (!out) return base::Error{path + ": can't be written"};
  return base::Done{};
}

}  // namespace

base::Status prepare(const Outlets& outlets) {
  if (!outlets.report.empty()) {
    std::error_code error;
    std::filesystem::create_directories(outlets.report, error);
    std::error_code unseen;
    if (!std::filesystem::is_directory(outlets.report, unseen))
      return base::Error{outlets.report +
                         ": the folder can't be made: " + (error ? error : unseen).message()};
    // What a run before this one came to is not what this one will come to.
    for (const auto* page : {"/index.html", "/summary.md"})
      std::filesystem::remove(outlets.report + page, error);
  }
  for (const auto& path : {outlets.junit, outlets.markdown}) {
    if (path.empty()) continue;
    const auto writable = write(path, "", std::ios::app);
    if (!writable.ok()) return writable;
  }
  return base::Done{};
}

base::Status publish(const Outlets& outlets, const std::vector<sim::Results>& all) {
  std::vector<std::pair<std::string, std::string>> files;
  if (!outlets.report.empty()) {
    files.emplace_back(outlets.report + "/index.html", html_page(all));
    files.emplace_back(outlets.report + "/summary.md", markdown(all));
  }
  if (!outlets.junit.empty()) files.emplace_back(outlets.junit, junit(all));
  if (!outlets.markdown.empty()) files.emplace_back(outlets.markdown, markdown(all));
  for (const auto& [path, text] : files) {
    const auto written = write(path, text);
    if (!written.ok()) return written;
  }
  if (!outlets.github) return base::Done{};
  std::fputs(github_annotations(all).c_str(), outlets.aside ? stderr : stdout);
  const char* summary = std::getenv("GITHUB_STEP_SUMMARY");
  if (summary && *summary) return write(summary, markdown(all), std::ios::app);
  return base::Done{};
}

}  // namespace raftsim
