#include "cli/raftsim/real/told.hpp"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

namespace real {

namespace {

// A line that is read from its beginning, and from its end.
class Text {
 public:
  explicit Text(std::string_view text) : rest_(text) {}

  bool skip(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }
  bool ends(std::string_view word) {
    if (!rest_.ends_with(word)) return false;
    rest_.remove_suffix(word.size());
    return true;
  }
  // What follows the last `word`, which goes with it.
  std::optional<std::string> last(std::string_view word) {
    const auto at = rest_.rfind(word);
    if (at == std::string_view::npos) return std::nullopt;
    const std::string found(rest_.substr(at + word.size()));
    rest_ = rest_.substr(0, at);
    return found;
  }
  std::string rest() const { return std::string(rest_); }

 private:
  std::string_view rest_;
};

std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// "1, 2 and 3"
std::vector<std::uint64_t> numbers(std::string_view text) {
  std::vector<std::uint64_t> all;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] < '0' || text[at] > '9') continue;
    all.push_back(number(text.substr(at)));
    at = std::min(text.find_first_not_of("0123456789", at), text.size());
  }
  return all;
}

// "1, 2 and 3 vote, 4 learns, 5 leaves; under way from 1 and 5"
raft::Configuration members(std::string_view text) {
  raft::Configuration configuration;
  const auto former_at = text.find("; under way from ");
  const auto former =
      former_at == std::string_view::npos ? std::vector<std::uint64_t>() : numbers(text.substr(former_at));
  auto rest = text.substr(0, former_at);
  const auto take = [&](std::string_view verb, raft::Suffrage suffrage) {
    const auto at = rest.find(verb);
    if (at == std::string_view::npos) return;
    for (const auto id : numbers(rest.substr(0, at))) {
      raft::Member member;
      member.id = raft::NodeId(id);
      member.suffrage = suffrage;
      member.outgoing = std::ranges::find(former, id) != former.end();
      configuration.members.push_back(member);
    }
    rest.remove_prefix(at + verb.size());
  };
  take(" vote", raft::Suffrage::voter);
  take(" learn", raft::Suffrage::learner);
  take(" leave", raft::Suffrage::leaving);
  std::ranges::sort(configuration.members, {}, &raft::Member::id);
  return configuration;
}

std::string reason_of(std::string_view words) {
  static constexpr std::pair<std::string_view, const char*> kReasons[] = {
      {"released", "released"},
      {"its session closed", "session_closed"},
      {"its session expired", "session_expired"},
      {"its lease expired", "lease_expired"},
      {"its maximum hold is over", "over_max"},
      {"broken", "broken"}};
  for (const auto& [said, reason] : kReasons) {
    if (words == said) return reason;
  }
  return "?";
}

std::optional<Told> with_session(const char* event, Text text) {
  const auto session = text.last(", session ");
  if (!session || !text.last(", token ")) return std::nullopt;
  return Told{.event = event, .lock = text.rest(), .session = number(*session)};
}

std::optional<Told> read_ended(Text text) {
  const auto reason = text.last(": ");
  auto told = with_session("hold_ended", text);
  if (reason && told) told->reason = reason_of(*reason);
  return told;
}

std::optional<Told> read_status(Text text) {
  if (!text.last(", index ")) return std::nullopt;
  if (text.ends(" is gone")) return Told{.event = "status_persisted", .lock = text.rest()};
  const auto state = text.last(" is ");
  if (!state) return std::nullopt;
  return Told{.event = "status_persisted", .lock = text.rest(), .state = *state};
}

std::optional<Told> read_session(Text text) {
  const bool expired = text.ends(" expired");
  if (!expired && !text.ends(" closed")) return std::nullopt;
  return Told{
      .event = "session_ended", .reason = expired ? "expired" : "closed", .session = number(text.rest())};
}

std::optional<Told> read(Text text) {
  const auto rest = [&] { return text.rest(); };
  if (text.skip("serving on ")) return Told{.event = "serving"};
  if (text.skip("leader of term ")) return Told{.event = "leader_elected", .term = number(rest())};
  if (text.skip("no longer leader of term ")) return Told{.event = "stepped_down", .term = number(rest())};
  if (text.skip("members: ")) return Told{.event = "members", .members = members(rest())};
  if (text.skip("snapshot saved at ")) return Told{.event = "snapshot_saved"};
  if (text.skip("snapshot of the leader installed at ")) return Told{.event = "snapshot_installed"};
  if (text.skip("snapshot of the leader refused: "))
    return Told{.event = "snapshot_refused", .reason = rest()};
  if (text.skip("granted ")) return with_session("lock_granted", text);
  if (text.skip("ended ")) return read_ended(text);
  if (text.skip("status of ")) return read_status(text);
  if (text.skip("session ")) return read_session(text);
  if (text.skip("refused a status of ") && text.ends(": that hold has ended"))
    return with_session("stale_token_refused", text);
  return std::nullopt;
}

}  // namespace

ToldLine read_line(std::string_view line) {
  const auto colon = line.find(": ");
  const auto text = colon == std::string_view::npos ? line : line.substr(colon + 2);
  return {std::string(text), read(Text(text))};
}

}  // namespace real
