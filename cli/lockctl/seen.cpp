#include "cli/lockctl/seen.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>
#include <utility>

#include "core/base/overload.hpp"
#include "core/client/fit.hpp"
#include "net/clock.hpp"

namespace lockctl {
namespace {

std::string& path() {
  static std::string path;
  return path;
}

// Another each time, on this machine since it was started: microseconds and the pid.
std::uint64_t new_number() {
  static std::uint64_t last = 0;
  const auto us = static_cast<std::uint64_t>(net::now().since_origin.count()) / 1000;
  const auto number = us << 22 | (static_cast<std::uint64_t>(::getpid()) & 0x3fffff);
  return last = std::max(number, last + (1u << 22));
}

std::int64_t ns(base::Instant at) {
  return at.since_origin.count();
}

// Opened anew for each: this process forks, and its children close what they inherit.
int open_file() {
  return ::open(path().c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
}

}  // namespace

base::Status seen::begin(const std::string& file) {
  std::error_code error;
  path() = std::filesystem::absolute(file, error).string();
  const int fd = open_file();
  if (fd < 0) return base::Error{"--history: cannot write " + file + ": " + std::strerror(errno)};
  ::close(fd);
  return base::Done{};
}

SeenByOne::SeenByOne() : client_(path().empty() ? 0 : new_number()) {}

// What is given back by its token does not end with the session, whichever of them is answered first.
base::Instant SeenByOne::begun(const client::Question& question) {
  const auto forget = [&](lock::Token token) {
    std::erase_if(bound_, [&](const client::Grant& grant) { return grant.token == token; });
  };
  if (const auto* operation = std::get_if<lock::Operation>(&question)) {
    if (const auto* release = std::get_if<lock::Release>(operation)) forget(release->token);
    if (const auto* finish = std::get_if<lock::FinishOnce>(operation)) forget(finish->token);
  }
  return net::now();
}

// In one write: lines of several processes don't mix, and those of one request stay together.
void SeenByOne::write(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += line + "\n";
  if (text.empty()) return;
  const int fd = open_file();
  if (fd < 0) return;
  [[maybe_unused]] const auto written = ::write(fd, text.data(), text.size());
  ::close(fd);
}

// How many lines the others have written nobody knows: the number of a group is one that nobody else has.
void SeenByOne::add(const client::Recorded& recorded) {
  write(client::history_lines(recorded, new_number()));
}

void SeenByOne::finished(const client::Question& question, base::Instant begun,
                         const client::Finished& finished, std::optional<base::Instant> stands_until) {
  if (client_ == 0) return;
  const auto end_ns = ns(net::now());
  client::Recorded recorded{client_, question, ns(begun), std::nullopt, std::nullopt};
  if (finished.undone) return undone(std::move(recorded), finished);
  if (std::holds_alternative<client::TimedOut>(finished.outcome)) return;
  if (const auto* reply = std::get_if<lock::Reply>(&finished.outcome)) {
    recorded.end_ns = end_ns;
    recorded.reply = *reply;
  }
  if (std::holds_alternative<client::CloseSession>(question)) {
    return closed(recorded);
  }
  add(recorded);
  if (client::is_unknown(recorded)) client_ = new_number();
  granted(recorded, finished.holds_until ? finished.holds_until : stands_until);
}

// When it may end by itself is written with the grant: this process may not live to tell. Renewals only make
// the hold longer, so nothing is said that is wrong.
void SeenByOne::granted(const client::Recorded& taken, std::optional<base::Instant> stands_until) {
  const auto* operation = std::get_if<lock::Operation>(&taken.question);
  const auto* grant = taken.reply ? std::get_if<lock::Granted>(&*taken.reply) : nullptr;
  if (!operation || !grant) return;
  const auto names = client::names_of(*operation);
  const auto* acquire = std::get_if<lock::Acquire>(operation);
  const bool detached = acquire && acquire->detached;
  const auto from = stands_until ? ns(*stands_until) : taken.start_ns;
  std::vector<std::string> lines;
  lines.push_back(client::expiry_line(client_, names.front(), grant->token, from));
  write(lines);
  if (!detached) bound_.push_back({names, grant->token});
}

// A hold ends with the last entry of it, so the session's end gives back one of each: some time after the
// question, where no answer came. A session that had expired gave back nothing any more.
void SeenByOne::closed(const client::Recorded& close) {
  const bool expired = close.reply && std::holds_alternative<lock::SessionExpired>(*close.reply);
  const auto given_back = close.reply ? std::optional<lock::Reply>(lock::Released{}) : std::nullopt;
  for (const auto& grant : std::exchange(bound_, {})) {
    if (expired) continue;
    add({client_, lock::Operation(lock::Leave{}), close.start_ns, close.end_ns, given_back, grant});
  }
  if (!close.reply) client_ = new_number();
}

// A grant that nobody wanted any more, and that is over: two operations to everybody else.
void SeenByOne::undone(client::Recorded taken, const client::Finished& finished) {
  // Which attempt it was is not told: what became of it stays open.
  if (std::holds_alternative<lock::Once>(std::get<lock::Operation>(taken.question))) {
    add(taken);
    client_ = new_number();
    return;
  }
  const auto granted_ns = std::max(ns(finished.undone->granted), taken.start_ns);
  taken.end_ns = granted_ns;
  lock::Granted grant;
  grant.token = finished.undone->token;
  taken.reply = grant;
  add(taken);
  if (std::holds_alternative<client::TimedOut>(finished.outcome)) {
    add(client::given_back(taken, *finished.undone, granted_ns));
    client_ = new_number();
    return;
  }
  std::vector<std::string> lines;
  for (const auto& name : client::names_of(std::get<lock::Operation>(taken.question)))
    lines.push_back(client::expiry_line(client_, name, grant.token, taken.start_ns));
  write(lines);
}

}  // namespace lockctl
