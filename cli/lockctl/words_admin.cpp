#include "cli/lockctl/words_admin.hpp"

#include <functional>
#include <map>

#include "cli/lockctl/reading.hpp"
#include "net/endpoint.hpp"

namespace lockctl {
namespace {

std::optional<base::Duration> wait_of(const Words& words) {
  return read_maybe_duration("-w", words.wait);
}

std::vector<base::NodeId> ids(const std::vector<std::string>& words) {
  std::vector<base::NodeId> out;
  for (const auto& word : words) out.push_back(read_member(word));
  return out;
}

std::string named(const std::vector<base::NodeId>& servers, const char* one, const char* several) {
  std::string list;
  for (std::size_t i = 0; i < servers.size(); ++i) {
    list += (i == 0 ? "" : i + 1 == servers.size() ? " and " : ", ") + std::to_string(servers[i].value);
  }
  return servers.size() == 1 ? "server " + list + " " + one : "servers " + list + " " + several;
}

// As in words.cpp, what may throw comes before the braces.
Verb promote(const Words& words) {
  const auto wait = wait_of(words);
  const auto who = ids(words.members);
  return AlterMembers{{who, {}, {}}, named(who, "votes", "vote"), wait};
}

Verb remove(const Words& words) {
  const auto wait = wait_of(words);
  const auto who = ids(words.members);
  return AlterMembers{{{}, who, {}}, named(who, "is removed", "are removed"), wait};
}

Verb replace(const Words& words) {
  const auto former = read_member(words.member), next = read_member(words.other_member);
  if (former == next)
    throw Wrong("server " + words.member + " can't replace itself: start another with `lockd --join`");
  const auto done = "server " + words.other_member + " votes in the place of " + words.member;
  const auto wait = wait_of(words);
  return AlterMembers{{{next}, {former}, {}}, done, wait};
}

Verb priority(const Words& words) {
  const auto wait = wait_of(words);
  const auto who = read_member(words.member);
  const auto priority =
      static_cast<std::uint8_t>(read_number<std::uint32_t>("the priority", words.priority, 0, 255));
  const auto done = "server " + words.member + " has priority " + words.priority;
  return AlterMembers{{{}, {}, {{who, priority}}}, done, wait};
}

std::string server_of(const Words& words) {
  if (words.server.empty()) return "";
  const auto parsed = net::parse_endpoint(words.server);
  if (!parsed) throw Wrong("--server: " + parsed.error());
  return net::to_string(parsed.value());
}

Verb snapshot(const Words& words) {
  if (words.all && !words.server.empty())
    throw Wrong("--all and --server contradict each other: give one of them");
  const auto wait = wait_of(words);
  const auto server = server_of(words);
  return Snapshot{server, words.all, wait};
}

}  // namespace

std::optional<Verb> make_admin_verb(const std::string& verb, const Words& words) {
  const std::map<std::string, std::function<Verb()>> kinds = {
      {"members", [] { return ListMembers{}; }},
      {"members promote", [&] { return promote(words); }},
      {"members remove", [&] { return remove(words); }},
      {"members replace", [&] { return replace(words); }},
      {"members priority", [&] { return priority(words); }},
      {"transfer",
       [&] {
         return Transfer{words.member.empty() ? base::NodeId() : read_member(words.member), wait_of(words)};
       }},
      {"snapshot", [&] { return snapshot(words); }},
      {"metrics", [&] { return ShowMetrics{server_of(words)}; }},
  };
  const auto found = kinds.find(verb);
  return found == kinds.end() ? std::nullopt : std::optional(found->second());
}

}  // namespace lockctl
