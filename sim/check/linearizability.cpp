#include "sim/check/linearizability.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "core/base/overload.hpp"
#include "sim/check/drawing.hpp"
#include "sim/check/judge.hpp"
#include "sim/check/model_kv.hpp"
#include "sim/check/model_lock.hpp"
#include "sim/check/model_once.hpp"
#include "sim/check/model_register.hpp"

namespace check {

namespace {

bool fits(const Operation& operation, Model model) {
  switch (model) {
    case Model::lock:
      return LockModel::fits(operation) || OnceModel::fits(operation);
    case Model::once:
      return OnceModel::fits(operation);
    case Model::register_nil:
    case Model::register_zero:
      return RegisterModel::fits(operation);
    case Model::kv:
      return KvModel::fits(operation);
  }
  return false;
}

// Whose hold the operation is about, all names of it.
std::optional<Token> token_of_hold(const Operation& operation) {
  if (const auto* op = std::get_if<Release>(&operation.op)) return op->token;
  if (const auto* op = std::get_if<Renew>(&operation.op)) return op->token;
  if (const auto* op = std::get_if<CheckHold>(&operation.op)) return op->token;
  if (const auto* op = std::get_if<Break>(&operation.op)) return op->token;
  if (const auto* op = std::get_if<Expire>(&operation.op)) return op->token;
  return std::nullopt;
}

using Keys = std::map<std::string, std::vector<Item>>;

// What is said of a hold of several names under one of them counts for all.
Keys by_key(const History& history, Model model) {
  std::map<Token, std::set<std::string>> names;
  for (const auto& operation : history) {
    const auto* granted = outcome<Granted>(operation);
    if (granted && operation.group) names[granted->token].insert(operation.key);
  }
  Keys keys;
  for (const auto& operation : history) {
    CHECK(fits(operation, model));
    CHECK(operation.end.has_value() == operation.ret.has_value());
    keys[operation.key].push_back({&operation});
    const auto token = token_of_hold(operation);
    const auto others = token ? names.find(*token) : names.end();
    if (others == names.end()) continue;
    for (const auto& name : others->second) {
      if (name != operation.key) keys[name].push_back({&operation});
    }
  }
  return keys;
}

bool is_once(const std::vector<Item>& items) {
  return std::ranges::any_of(items, [](const Item& item) {
    return std::holds_alternative<Once>(item.operation->op) ||
           std::holds_alternative<OnceFinish>(item.operation->op);
  });
}

// A name that is a lock's and a Once's at the same time.
std::optional<std::string> misfit_of(const std::vector<Item>& items, Model model) {
  for (const auto& item : items) {
    if (fits(*item.operation, model)) continue;
    return describe(item.operation->op) + ": " + describe(item.operation->ret) + " is none of model \"" +
           name_of(model) + "\"";
  }
  return std::nullopt;
}

// What was called after the stuck return can't be the cause. Nor can what returned after it: what would have
// explained that, a release say, may be among what is left out.
std::vector<Item> up_to(const std::vector<Item>& items, const Operation& stuck) {
  std::vector<Item> kept;
  for (auto item : items) {
    if (item.operation->start > *stuck.end) continue;
    item.loose |= item.operation->end > stuck.end;
    kept.push_back(item);
  }
  return kept;
}

NotLinearizable explain(const std::string& key, const std::vector<Item>& items, std::uint32_t stuck,
                        Model model) {
  // Loose ones may explain more than they did: then the whole history is what can't be ordered.
  auto early = up_to(items, *items[stuck].operation);
  const auto alone = judge(early, model, Budget{});
  const auto shrunk =
      shrink(std::holds_alternative<Unorderable>(alone.found) ? std::move(early) : items, model);
  History core;
  for (const auto& item : shrunk) {
    if (!item.loose) core.push_back(*item.operation);
  }
  std::ranges::stable_sort(core, {}, &Operation::start);
  const auto judged = judge(shrunk, model, Budget{});
  const auto* still = std::get_if<Unorderable>(&judged.found);
  const Operation& last = still ? *shrunk[still->item].operation : *items[stuck].operation;
  const auto others = core.size() - 1;
  std::string why = key + ": client " + std::to_string(last.client) + "'s " + describe(last.op) +
                    " returned \"" + describe(last.ret) + "\" at " + std::to_string(*last.end);
  why += others == 0 ? ", which no order of the operations allows"
                     : ", which fits no order together with " + std::to_string(others) + " other operation" +
                           (others == 1 ? "" : "s");
  return {key, std::move(why), core, draw(core)};
}

}  // namespace

base::Result<Model> model_named(std::string_view name) {
  if (name == "lock" || name == "status") return Model::lock;
  if (name == "once") return Model::once;
  if (name == "register") return Model::register_nil;
  if (name == "register-zero") return Model::register_zero;
  if (name == "kv") return Model::kv;
  return base::Error{"unknown model \"" + std::string(name) +
                     "\"; expected lock, status, once, register, register-zero or kv"};
}

const char* name_of(Model model) {
  switch (model) {
    case Model::lock:
      return "lock";
    case Model::once:
      return "once";
    case Model::register_nil:
      return "register";
    case Model::register_zero:
      return "register-zero";
    case Model::kv:
      return "kv";
  }
  return "?";
}

base::Result<Model> model_for(const History& history) {
  for (const auto model : {Model::lock, Model::register_nil, Model::kv}) {
    if (std::ranges::all_of(history, [&](const Operation& o) { return fits(o, model); })) return model;
  }
  return base::Error{
      "the operations belong to no one model; expected those of a lock and its status (acquire, release, "
      "renew, "
      "check, status_set, status_clear, status_get, leave, downgrade, break, once, "
      "once_finish, expire), of a register (read, write, cas) or of kv (get, "
      "put, append)"};
}

std::optional<std::string> misfit(const History& history, Model model) {
  for (std::size_t i = 0; i < history.size(); ++i) {
    if (fits(history[i], model)) continue;
    return "operation " + std::to_string(i + 1) + " (" + describe(history[i].op) + ": " +
           describe(history[i].ret) + ") is none of model \"" + name_of(model) + "\"";
  }
  return std::nullopt;
}

Verdict check(const History& history, Model model, const Budget& budget) {
  const auto keys = by_key(history, model);
  std::optional<Undecided> undecided;
  for (const auto& [key, items] : keys) {
    const auto one = model == Model::lock && is_once(items) ? Model::once : model;
    if (const auto wrong = misfit_of(items, one)) {
      undecided = Undecided{key, key + ": " + *wrong};
      continue;
    }
    const auto judged = judge(items, one, budget);
    if (const auto* unorderable = std::get_if<Unorderable>(&judged.found)) {
      return explain(key, items, unorderable->item, one);
    }
    if (std::holds_alternative<GaveUp>(judged.found) && !undecided) {
      undecided = Undecided{key, key + ": undecided after " + std::to_string(judged.configurations) +
                                     " configurations; a larger budget may decide"};
    }
  }
  if (undecided) return *undecided;
  return Linearizable{};
}

}  // namespace check
