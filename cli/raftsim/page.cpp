#include <algorithm>

#include "cli/raftsim/page_style.hpp"
#include "cli/raftsim/render.hpp"
#include "cli/raftsim/tables.hpp"

namespace raftsim {

namespace {

std::string html(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '&') {
      safe += "&amp;";
    } else if (c == '<') {
      safe += "&lt;";
    } else if (c == '>') {
      safe += "&gt;";
    } else if (c == '"') {
      safe += "&quot;";
    } else if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') {
      safe += "\xEF\xBF\xBD";
    } else {
      safe += c;
    }
  }
  return safe;
}

std::string badge(sim::Verdict verdict) {
  std::string kind = name_of(verdict);
  std::replace(kind.begin(), kind.end(), ' ', '-');
  return "<span class=\"badge " + kind + "\">" + name_of(verdict) + "</span>";
}

std::string figure(const std::string& value, const std::string& what) {
  return "<div class=\"figure\"><b>" + html(value) + "</b><span>" + html(what) + "</span></div>\n";
}

std::string head_of(const std::vector<sim::Results>& all) {
  std::uint64_t seeds = 0;
  std::uint64_t failures = 0;
  std::uint64_t operations = 0;
  std::uint64_t cpu_ns = 0;
  std::uint64_t node_s = 0;
  sim::States states;
  for (const auto& results : all) {
    seeds += results.summary.seeds;
    failures += results.summary.failures;
    operations += results.summary.operations;
    cpu_ns += results.load.cpu_ns;
    node_s += static_cast<std::uint64_t>(results.summary.simulated.count()) / 1'000'000'000 *
              results.scenario.machines();
    for (const auto state : results.growth.all()) states.add(state);
  }
  return "<header>\n<h1>raftsim " + badge(worst(all)) + "</h1>\n<div class=\"figures\">\n" +
         figure(std::to_string(all.size()), "scenarios") + figure(sim::short_number(seeds), "seeds") +
         figure(sim::short_number(failures), "failed") +
         figure(sim::short_number(operations), "operations of clients") +
         figure(sim::short_number(states.all().size()), "abstract states") +
         figure(tenths(node_s * 1000 / 3600), "simulated node-hours") +
         figure(tenths(cpu_ns / 1'000'000), "CPU seconds") + "</div>\n</header>\n";
}

std::string overview(const std::vector<sim::Results>& all) {
  std::uint64_t cpu_ns = 1;
  for (const auto& results : all) cpu_ns += results.load.cpu_ns;
  std::string rows;
  for (const auto& results : all) {
    const auto percent = results.load.cpu_ns * 100 / cpu_ns;
    rows += "<tr><th scope=\"row\"><a href=\"#s-" + html(results.scenario.name) + "\">" +
            html(results.scenario.name) + "</a></th><td>" + badge(results.verdict()) + "</td><td>" +
            html(seeds_line(results)) + "</td><td class=\"n\">" + std::to_string(results.growth.states()) +
            "</td><td class=\"n\">" + tenths(results.growth.next_thousandths()) + "</td><td class=\"n\">" +
            sim::short_number(results.summary.operations) +
            "</td><td class=\"n share\"><i style=\"width:" + std::to_string(percent) + "%\"></i>" +
            tenths(results.load.cpu_ns / 1'000'000) + "</td></tr>\n";
  }
  return "<section>\n<h2>Scenarios</h2>\n<div class=\"wide\"><table>\n<thead><tr><th>scenario</th><th>verdict"
         "</th><th>seeds</th><th class=\"n\">states</th><th class=\"n\">new in the next seed</th>"
         "<th class=\"n\">operations</th><th class=\"n\">CPU s</th></tr></thead>\n<tbody>\n" +
         rows + "</tbody></table></div>\n</section>\n";
}

std::string failure(const sim::Scenario& scenario, const sim::Outcome& failed) {
  std::string lines;
  for (const auto& line : failed.violation->lines) {
    if (line != failed.violation->what) lines += line + "\n";
  }
  return "<article class=\"failure\">\n<h3>" + html(scenario.name) + ", seed " + std::to_string(failed.seed) +
         ": <code>" + html(failed.violation->check) + "</code></h3>\n<p>" + html(failed.violation->what) +
         "</p>\n" + (lines.empty() ? "" : "<pre>" + html(lines) + "</pre>\n") + "<pre class=\"command\">" +
         html(replay_command(scenario, failed.seed)) + "</pre>\n</article>\n";
}

std::string troubles(const std::vector<sim::Results>& all) {
  std::string text;
  for (const auto& results : all) {
    const auto& name = results.scenario.name;
    if (results.not_deterministic)
      text += "<article class=\"failure\"><h3>" + html(name) + " is not deterministic</h3><p>" +
              html(*results.not_deterministic) + "</p></article>\n";
    for (const auto& failed : results.summary.failed) text += failure(results.scenario, failed);
    const auto more = results.summary.failures - results.summary.failed.size();
    if (more > 0) text += "<p>and " + std::to_string(more) + " more seeds of " + html(name) + "</p>\n";
  }
  for (const auto& results : all) {
    if (results.summary.inconclusive.empty()) continue;
    text += "<article class=\"open\"><h3>" + html(results.scenario.name) + " is inconclusive</h3>\n<ul>\n";
    for (const auto& why : results.summary.inconclusive) text += "<li>" + html(why) + "</li>\n";
    text += "</ul></article>\n";
  }
  if (const auto ended = ended_line(all); !ended.empty())
    text = "<article class=\"open\"><h3>" + html(ended) + "</h3></article>\n" + text;
  if (text.empty()) return "";
  return "<section>\n<h2>What is wrong, or open</h2>\n" + text + "</section>\n";
}

// Seeds to the right, states upwards.
std::string chart(const sim::Growth& growth) {
  constexpr std::size_t kWidth = 240;
  constexpr std::size_t kHeight = 90;
  const auto curve = growth.curve(80);
  const auto seeds = std::max<std::size_t>(1, growth.seeds());
  const auto states = std::max<std::size_t>(1, growth.states());
  std::string line;
  for (const auto& [x, y] : curve) {
    line += (line.empty() ? "" : " ") + std::to_string(x * kWidth / seeds) + "," +
            std::to_string(kHeight - y * kHeight / states);
  }
  const auto label =
      std::to_string(growth.states()) + " states over " + std::to_string(growth.seeds()) + " seeds";
  return "<svg viewBox=\"-4 -4 248 98\" role=\"img\" aria-label=\"" + label +
         "\"><path class=\"axis\" d=\"M0 0V90H240\"/><polygon points=\"0,90 " + line +
         " 240,90\"/><polyline points=\"" + line + "\"/></svg>";
}

std::string growth_charts(const std::vector<sim::Results>& all) {
  std::string text =
      "<section>\n<h2>Growth</h2>\n<p>Abstract states seen, over the seeds in their order. A curve that is "
      "still "
      "rising wants more seeds; a flat one wants other faults.</p>\n<div class=\"charts\">\n";
  for (const auto& results : all) {
    text += "<figure>" + chart(results.growth) + "<figcaption><b>" + html(results.scenario.name) + "</b> " +
            html(growth_line(results.growth)) + "</figcaption></figure>\n";
  }
  return text + "</div>\n</section>\n";
}

// Darker cells where something happened more often, by powers of ten.
std::string matrix(const Table& table, const std::string& about) {
  if (table.rows.empty()) return "";
  std::string text = "<section>\n<h2>" + html(table.title) + "</h2>\n<p>" + html(about) +
                     "</p>\n<div class=\"wide\"><table class=\"matrix\">\n<thead><tr>";
  for (std::size_t i = 0; i < table.columns.size(); ++i)
    text += std::string(i == 0 ? "<th>" : "<th class=\"n\">") + html(table.columns[i]) + "</th>";
  text += "</tr></thead>\n<tbody>\n";
  for (const auto& row : table.rows) {
    text += "<tr><th scope=\"row\">" + html(row.name) + "</th>";
    for (const auto value : row.cells) {
      const auto heat = value == 0 ? 0 : std::min<std::size_t>(5, std::to_string(value).size());
      text += "<td class=\"n h" + std::to_string(heat) + "\" title=\"" + std::to_string(value) + "\">" +
              (value == 0 ? "·" : sim::short_number(value)) + "</td>";
    }
    text += "</tr>\n";
  }
  return text + "</tbody></table></div>\n</section>\n";
}

std::string never_struck(const sim::Results& results) {
  std::string text;
  for (const auto& path : results.summary.idle.value_or(std::vector<std::string>()))
    text += (text.empty() ? "; never struck: " : ", ") + html(path);
  return text;
}

std::string details(const sim::Results& results) {
  const auto& scenario = results.scenario;
  std::string rows;
  for (const auto& [counter, value] : results.summary.coverage) {
    if (sim::is_overlap(counter)) continue;
    const auto required = scenario.require.find(counter);
    rows += "<tr><th scope=\"row\">" + html(counter) + "</th><td class=\"n\">" + std::to_string(value) +
            "</td><td class=\"n\">" +
            (required == scenario.require.end() ? "" : std::to_string(required->second)) + "</td></tr>\n";
  }
  for (const auto& [counter, least] : scenario.require) {
    if (!results.summary.coverage.contains(counter))
      rows += "<tr><th scope=\"row\">" + html(counter) + "</th><td class=\"n\">0</td><td class=\"n\">" +
              std::to_string(least) + "</td></tr>\n";
  }
  std::string states;
  for (const auto state : results.growth.all()) states += html(sim::name_of(state)) + "\n";
  return "<details id=\"s-" + html(scenario.name) + "\"><summary>" + html(scenario.name) + " " +
         badge(results.verdict()) + "</summary>\n<p>" + html(scenario.about) + "</p>\n<p><code>" +
         html(scenario.file) + "</code>, " + html(seeds_line(results)) +
         (scenario.swarm ? ", each with a part of the faults (nothing is required of these)" : "") +
         never_struck(results) +
         "</p>\n<div class=\"wide\"><table>\n<thead><tr><th>counter</th><th class=\"n\">happened</th>"
         "<th class=\"n\">required</th></tr></thead>\n<tbody>\n" +
         rows + "</tbody></table></div>\n<details><summary>" + std::to_string(results.growth.states()) +
         " abstract states</summary><pre>" + states + "</pre></details>\n</details>\n";
}

}  // namespace

std::string html_page(const std::vector<sim::Results>& all) {
  std::string text =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
      "content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light "
      "dark\">\n<title>raftsim: " +
      std::string(name_of(worst(all))) + "</title>\n<style>\n" + kPageStyle +
      "</style>\n</head>\n<body>\n<main>\n" + head_of(all) + troubles(all) + overview(all) +
      growth_charts(all) +
      matrix(fault_by_meeting(all),
             "How often each fault struck, and how often while something else was going on: operations of "
             "clients under way, a server standing for election or leading without a committed entry of its "
             "term, a change of the members, a snapshot on its way, a transfer of leadership, another fault "
             "in force.") +
      matrix(fault_by_scenario(all), "All seeds together.") + "<section>\n<h2>Coverage</h2>\n";
  for (const auto& results : all) text += details(results);
  return text + "</section>\n<footer>raftsim " LOCKD_VERSION "</footer>\n</main>\n</body>\n</html>\n";
}

}  // namespace raftsim
