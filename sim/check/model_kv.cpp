#include "sim/check/model_kv.hpp"

namespace check {

KvModel::KvModel(std::span<const Item> items) {
  number("");
  std::map<std::pair<Act, std::uint32_t>, std::uint32_t> kinds;
  for (const auto& item : items) {
    const Operation& operation = *item.operation;
    Prepared p;
    if (const auto* put = std::get_if<Put>(&operation.op)) p = {Act::put, number(put->value)};
    if (const auto* append = std::get_if<Append>(&operation.op)) p = {Act::append, number(append->value)};
    if (std::holds_alternative<Get>(operation.op) && operation.ret) {
      p = {Act::get, number(std::get<ValueSeen>(*operation.ret).value.value_or(""))};
    }
    const bool reads = p.act == Act::get;
    const auto kind =
        kinds.try_emplace({p.act, p.text}, static_cast<std::uint32_t>(kinds.size())).first->second;
    prepared_.push_back(p);
    traits_.push_back({p.act != Act::nothing && !(reads && item.is_optional()), reads, kind});
  }
}

std::uint32_t KvModel::number(const std::string& text) const {
  const auto [found, fresh] = numbers_.try_emplace(text, static_cast<std::uint32_t>(numbers_.size()));
  if (fresh) texts_.push_back(&found->first);
  return found->second;
}

void KvModel::step(const State& state, std::uint32_t item, Timeline::Place, std::vector<State>& out) const {
  const Prepared& p = prepared_[item];
  switch (p.act) {
    case Act::nothing:
      return;
    case Act::get:
      if (state[0] == p.text) out.push_back(state);
      return;
    case Act::put:
      out.push_back({p.text});
      return;
    case Act::append: {
      const auto [known, fresh] = appended_.try_emplace({state[0], p.text}, 0);
      if (fresh) known->second = number(*texts_[state[0]] + *texts_[p.text]);
      out.push_back({known->second});
      return;
    }
  }
}

bool KvModel::fits(const Operation& operation) {
  const auto& ret = operation.ret;
  if (std::holds_alternative<Get>(operation.op)) return !ret || std::holds_alternative<ValueSeen>(*ret);
  if (std::holds_alternative<Put>(operation.op) || std::holds_alternative<Append>(operation.op)) {
    return !ret || std::holds_alternative<Done>(*ret);
  }
  return false;
}

}  // namespace check
