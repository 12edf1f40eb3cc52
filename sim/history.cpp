#include "sim/history.hpp"

#include <utility>

#include "core/base/check.hpp"
#include "core/base/overload.hpp"
#include "sim/check/history_file.hpp"

namespace sim {

using base::Overload;

std::uint64_t History::new_client(const std::string& name) {
  names_.push_back(name);
  return names_.size();
}

OperationNumber History::begin(std::uint64_t client, client::Question question, Time now,
                               lock::Consistency consistency) {
  open_.emplace(++last_,
                client::Recorded{client, std::move(question), now.count(), std::nullopt, std::nullopt});
  if (consistency == lock::Consistency::stale) stale_.insert(last_);
  return last_;
}

bool History::finish(OperationNumber number, const client::Finished& finished, Time now,
                     Time undone_granted) {
  const auto node = open_.extract(number);
  CHECK(node);
  auto recorded = node.mapped();
  const bool stale = stale_.erase(number) != 0;
  const auto* operation = std::get_if<lock::Operation>(&recorded.question);
  const auto* acquire = operation ? std::get_if<lock::Acquire>(operation) : nullptr;
  if (finished.undone && acquire) {
    const auto& undone = *finished.undone;
    const bool timed_out = std::holds_alternative<client::TimedOut>(finished.outcome);
    const lock::Operation release = lock::Release{acquire->name, undone.token};
    const auto name = acquire->name;
    recorded.end_ns = undone_granted.count();
    recorded.reply = lock::Granted{undone.token, {}, false};
    add(recorded);
    if (timed_out) {
      add({recorded.client, release, undone_granted.count(), now.count(), lock::Reply(lock::Released{})});
    } else {
      expire(recorded.client, name, undone.token, Time(recorded.start_ns));
    }
    return true;
  }
  return std::visit(Overload{
                        [&](const lock::Reply& reply) {
                          recorded.end_ns = now.count();
                          recorded.reply = reply;
                          if (!stale) {
                            add(recorded);
                          } else if (const auto line = client::history_line(recorded)) {
                            stale_lines_ += *line + "\n";
                            tell(*line, " (stale)");
                          }
                          return !client::is_unknown(recorded);
                        },
                        [](const client::TimedOut&) { return true; },
                        [&](const client::Unknown&) {
                          if (!stale) add(recorded);
                          return false;
                        },
                    },
                    finished.outcome);
}

void History::expire(std::uint64_t client, const std::string& name, lock::Token token, Time from) {
  add(client::expiry_line(client, name, token, from.count()));
}

std::string History::text() const {
  std::string text = lines_;
  for (const auto& [number, recorded] : open_) {
    if (stale_.contains(number)) continue;
    if (const auto line = client::history_line(recorded)) text += *line + "\n";
  }
  return text;
}

void History::add(const client::Recorded& recorded) {
  if (const auto line = client::history_line(recorded)) add(*line);
}

void History::add(const std::string& line) {
  lines_ += line + "\n";
  tell(line, "");
}

void History::tell(const std::string& line, const char* remark) {
  if (!trace_.on()) return;
  const auto parsed = check::parse_json(line, "history");
  CHECK(parsed.ok() && parsed.value().size() == 1);
  const auto& operation = parsed.value().front();
  const auto number = operation.client;
  const auto& name = names_[number - 1];
  const bool same = name == "client " + std::to_string(number);
  const bool expiry = std::holds_alternative<check::Expire>(operation.op);
  const auto outcome = expiry ? "" : " -> " + (operation.ret ? check::describe(operation.ret) : "unknown");
  trace_.line(queue_.now(), name + (same ? "" : " (now " + std::to_string(number) + ")") + "  " +
                                operation.key + "  " + check::describe(operation.op) + outcome + remark);
}

}  // namespace sim
