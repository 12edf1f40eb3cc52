#include "core/client/history.hpp"

#include <utility>

#include "core/base/check.hpp"
#include "core/client/fit.hpp"
#include "core/client/history_words.hpp"

namespace client {

namespace {

std::string line(const Recorded& recorded, const Described& d, std::optional<std::uint64_t> group,
                 std::optional<std::int64_t> end, const std::optional<JsonObject>& ret) {
  JsonObject object;
  object.number("client", recorded.client).text("key", d.key).text("op", d.op).raw("args", d.args.str());
  if (group) object.number("group", *group);
  object.number("start", recorded.start_ns);
  if (end) {
    object.number("end", *end);
  } else {
    object.null("end");
  }
  if (ret) object.raw("ret", ret->str());
  return object.str();
}

// A run of a Once has left its mark on the record, as a hold has in its queue.
bool is_bound(const lock::Operation& operation) {
  const auto* acquire = std::get_if<lock::Acquire>(&operation);
  return (acquire && !acquire->detached) || std::holds_alternative<lock::Once>(operation);
}

}  // namespace

bool is_unknown(const Recorded& recorded) {
  if (!recorded.end_ns || !recorded.reply) return true;
  const auto* operation = std::get_if<lock::Operation>(&recorded.question);
  return operation && is_bound(*operation) && std::holds_alternative<lock::SessionExpired>(*recorded.reply);
}

std::vector<std::string> history_lines(const Recorded& recorded, std::uint64_t next_line) {
  std::vector<std::string> lines;
  const bool unknown = is_unknown(recorded);
  // A read that nobody saw says nothing.
  if (unknown && std::holds_alternative<lock::Query>(recorded.question)) return lines;
  const auto described = describe(recorded);
  const auto group = described.size() > 1 ? std::optional(next_line) : std::nullopt;
  for (const auto& d : described) {
    const auto ret = unknown ? std::nullopt : returned(d.op, *recorded.reply);
    if (!unknown && !ret) return {};
    lines.push_back(line(recorded, d, group, unknown ? std::nullopt : recorded.end_ns, ret));
  }
  return lines;
}

std::optional<std::string> history_line(const Recorded& recorded) {
  auto lines = history_lines(recorded, 0);
  if (lines.empty()) return std::nullopt;
  CHECK(lines.size() == 1);
  return std::move(lines.front());
}

Recorded given_back(const Recorded& taken, const Undone& undone, std::int64_t granted_ns) {
  const auto& operation = std::get<lock::Operation>(taken.question);
  Recorded leave{taken.client, lock::Operation(lock::Leave{}), granted_ns, std::nullopt, std::nullopt};
  leave.left = Grant{names_of(operation), undone.token};
  return leave;
}

std::string expiry_line(std::uint64_t client, const std::string& name, lock::Token token,
                        std::int64_t start_ns) {
  Recorded expiry;
  expiry.client = client;
  expiry.start_ns = start_ns;
  return line(expiry, Described{name, "expire", JsonObject().number("token", token.value)}, std::nullopt,
              std::nullopt, std::nullopt);
}

}  // namespace client
