#include "cli/lockctl/bench_history.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/base/overload.hpp"

namespace lockctl {
namespace {

std::int64_t ns(base::Instant at) {
  return at.since_origin.count();
}

}  // namespace

base::Result<std::unique_ptr<HistoryFile>> HistoryFile::create(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "we");
  if (file == nullptr) return base::Error{"--history: cannot write " + path + ": " + std::strerror(errno)};
  return std::unique_ptr<HistoryFile>(new HistoryFile(path, file));
}

void HistoryFile::add(const client::Recorded& recorded) {
  if (const auto text = client::history_line(recorded)) line(*text);
}

void HistoryFile::expire(std::uint64_t client, const std::string& name, lock::Token token,
                         base::Instant from) {
  line(client::expiry_line(client, name, token, ns(from)));
}

void HistoryFile::line(const std::string& text) {
  std::fputs((text + "\n").c_str(), file_.get());
}

base::Status HistoryFile::close() {
  const bool wrote = std::ferror(file_.get()) == 0;
  errno = EIO;
  if (std::fclose(file_.release()) == 0 && wrote) return base::Done{};
  return base::Error{"--history: cannot write all of " + path_ + ": " + std::strerror(errno)};
}

Recorder::Recorder(HistoryFile* file) : file_(file), client_(file ? file->new_client() : 0) {}

void Recorder::begin(const client::Question& question, base::Instant now) {
  if (file_) open_ = client::Recorded{client_, question, ns(now), std::nullopt, std::nullopt};
}

void Recorder::finish(const client::Finished& finished, base::Instant now) {
  if (!file_ || !open_) return;
  auto recorded = *std::exchange(open_, std::nullopt);
  if (finished.undone) return undone(std::move(recorded), finished, now);
  std::visit(base::Overload{
                 [&](const lock::Reply& reply) {
                   recorded.end_ns = ns(now);
                   recorded.reply = reply;
                   file_->add(recorded);
                 },
                 [](const client::TimedOut&) {},
                 [&](const client::Unknown&) { file_->add(recorded); },
             },
             finished.outcome);
  if (!std::holds_alternative<client::TimedOut>(finished.outcome) && client::is_unknown(recorded))
    client_ = file_->new_client();
}

// A grant that came too late and was given back: two operations to everybody else.
void Recorder::undone(client::Recorded acquire, const client::Finished& finished, base::Instant now) {
  const auto& name = std::get<lock::Acquire>(std::get<lock::Operation>(acquire.question)).locks.front().name;
  const auto token = finished.undone->token;
  const auto granted = std::max(ns(finished.undone->granted), acquire.start_ns);
  acquire.end_ns = granted;
  acquire.reply = lock::Granted{token, {}, false};
  file_->add(acquire);
  if (std::holds_alternative<client::TimedOut>(finished.outcome)) {
    file_->add({client_, lock::Operation(lock::Release{name, token}), granted, ns(now), lock::Released{}});
  } else {
    expire(name, token, base::Instant{std::chrono::nanoseconds(acquire.start_ns)});
  }
}

void Recorder::expire(const std::string& name, lock::Token token, base::Instant from) {
  if (file_) file_->expire(client_, name, token, from);
}

void Recorder::end() {
  if (file_ && open_) file_->add(*open_);
  open_.reset();
}

}  // namespace lockctl
