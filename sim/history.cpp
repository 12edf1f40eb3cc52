#include "sim/history.hpp"

#include <utility>

#include "core/base/check.hpp"
#include "core/base/overload.hpp"
#include "core/client/fit.hpp"
#include "sim/check/history_file.hpp"

namespace sim {

using base::Overload;

std::uint64_t History::new_client(const std::string& name) {
  names_.push_back(name);
  return names_.size();
}

OperationNumber History::begin(std::uint64_t client, client::Question question, Time now,
                               lock::Consistency consistency, std::optional<client::Grant> left) {
  open_.emplace(++last_, client::Recorded{client, std::move(question), now.count(), std::nullopt,
                                          std::nullopt, std::move(left)});
  if (consistency == lock::Consistency::stale) stale_.insert(last_);
  return last_;
}

void History::queued(OperationNumber operation, Time now) {
  queued_.try_emplace(operation, now);
}

bool History::finish(OperationNumber number, const client::Finished& finished, Time now,
                     Time undone_granted) {
  const auto node = open_.extract(number);
  CHECK(node);
  auto recorded = node.mapped();
  const bool stale = stale_.erase(number) != 0;
  const auto stood = queued_.extract(number);
  const auto queued = stood ? std::optional(stood.mapped()) : std::nullopt;
  if (finished.undone) {
    finish_undone(std::move(recorded), finished, undone_granted);
    return true;
  }
  return std::visit(Overload{
                        [&](const lock::Reply& reply) {
                          recorded.end_ns = now.count();
                          recorded.reply = reply;
                          if (!stale) {
                            add(recorded, queued);
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

// Which attempt an unwanted run was, nobody has learnt.
void History::finish_undone(client::Recorded recorded, const client::Finished& finished, Time granted) {
  const auto& undone = *finished.undone;
  const auto& operation = std::get<lock::Operation>(recorded.question);
  if (!std::holds_alternative<lock::Once>(operation)) {
    recorded.end_ns = granted.count();
    recorded.reply = lock::Granted{undone.token, {}, false};
  }
  add(recorded);
  const auto* acquire = std::get_if<lock::Acquire>(&operation);
  const bool timed_out = std::holds_alternative<client::TimedOut>(finished.outcome);
  if (timed_out) add(client::given_back(recorded, undone, granted.count()));
  // One that was broken before keeps its names until its lease ends, and a detached one's lease may be over
  // before its client hears of it: that, too, nobody has told.
  const bool ends_alone = acquire && (acquire->max_hold || acquire->detached);
  const bool known_to_stand = timed_out && !ends_alone;
  for (const auto& name : client::names_of(operation))
    expire(recorded.client, name, undone.token, known_to_stand ? granted : Time(recorded.start_ns));
}

void History::expire(std::uint64_t client, const std::string& name, lock::Token token, Time from) {
  add(client::expiry_line(client, name, token, from.count()));
}

std::string History::text() const {
  std::string text = lines_;
  auto count = line_count_;
  for (const auto& [number, recorded] : open_) {
    if (stale_.contains(number)) continue;
    for (const auto& line : client::history_lines(recorded, count + 1)) {
      text += line + "\n";
      ++count;
    }
  }
  return text;
}

void History::add(const client::Recorded& recorded, std::optional<Time> queued) {
  for (auto line : client::history_lines(recorded, line_count_ + 1)) {
    const auto* operation = std::get_if<lock::Operation>(&recorded.question);
    if (queued && operation && std::holds_alternative<lock::Acquire>(*operation))
      line.insert(line.find(", \"end\": "), ", \"queued\": " + std::to_string(queued->count()));
    add(line);
  }
}

void History::add(const std::string& line) {
  lines_ += line + "\n";
  ++line_count_;
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
