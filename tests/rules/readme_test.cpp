// The README's console blocks are run: every command in order, in one shell, in a folder of its own. A line
// of expected output must appear in the command's output once digits are set aside; `…` stands for anything.
#include <array>
#include <cstdio>
#include <gtest/gtest.h>
#include <regex>
#include <unistd.h>

#include "tests/rules/source_tree.hpp"

namespace rules {
namespace {

struct Step {
  std::string command;
  std::vector<std::string> output;
};

std::vector<Step> console_steps(const std::string& markdown) {
  std::vector<Step> steps;
  std::istringstream text(markdown);
  std::string line;
  bool inside = false;
  while (std::getline(text, line)) {
    if (line == "```console")
      inside = true;
    else if (line == "```")
      inside = false;
    else if (inside && line.rfind("$ ", 0) == 0)
      steps.push_back({line.substr(2), {}});
    else if (inside && line.rfind("> ", 0) == 0 && !steps.empty())
      steps.back().command += "\n" + line.substr(2);
    else if (inside && !steps.empty())
      steps.back().output.push_back(line);
  }
  return steps;
}

// Numbers differ from run to run, and with them the width of columns.
std::string shape_of(const std::string& line) {
  static const std::regex numbers(R"([0-9a-f]*[0-9]+[0-9a-f.]*(ms|us|s|m|h)?( [0-9.]+(ms|us|s))?)");
  static const std::regex spaces(R"(\s+)");
  return std::regex_replace(std::regex_replace(line, numbers, "N"), spaces, " ");
}

std::string run(const std::string& command) {
  std::string out;
  std::array<char, 4096> buffer{};
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return out;
  for (std::size_t n; (n = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) out.append(buffer.data(), n);
  pclose(pipe);
  return out;
}

std::vector<std::string> split(const std::string& text, const std::string& mark) {
  std::vector<std::string> parts;
  std::size_t from = 0;
  for (std::size_t at; (at = text.find(mark, from)) != std::string::npos; from = at + mark.size()) {
    parts.push_back(text.substr(from, at - from));
  }
  parts.push_back(text.substr(from));
  return parts;
}

TEST(Readme, CommandsRunAndSayWhatItShows) {
  const auto steps = console_steps(read(std::filesystem::path(LOCKD_SOURCE_DIR) / "README.md"));
  ASSERT_GE(steps.size(), 8u) << "the tour has gone";
  const auto folder = std::filesystem::temp_directory_path() / ("lockd-readme-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  const std::string mark = "=====step=====";
  {
    std::ofstream script(folder / "tour.sh");
    script << "cd " << folder << "\nexport PATH=" << LOCKD_BINARY_DIR << ":$PATH\nunset LOCKD_ENDPOINTS\n"
           << "ln -s " << LOCKD_SOURCE_DIR
           << "/scenarios scenarios\ntrap 'lockctl dev down >/dev/null 2>&1' EXIT\n";
    for (const auto& step : steps) script << step.command << "\necho '" << mark << "'\n";
  }
  const auto outputs =
      split(run("timeout 120 bash " + (folder / "tour.sh").string() + " 2>&1 </dev/null"), mark + "\n");
  std::filesystem::remove_all(folder);
  ASSERT_EQ(outputs.size(), steps.size() + 1) << "the tour stopped early";
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const auto got = shape_of(outputs[i]);
    for (const auto& line : steps[i].output) {
      for (const auto& part : split(shape_of(line), "…")) {
        EXPECT_NE(got.find(part), std::string::npos)
            << "$ " << steps[i].command << "\nREADME: " << line << "\nreally: " << outputs[i];
      }
    }
  }
}

}  // namespace
}  // namespace rules
