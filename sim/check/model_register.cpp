#include "sim/check/model_register.hpp"

#include <set>
#include <tuple>

namespace check {

RegisterModel::RegisterModel(std::span<const Item> items, const Value& initial) {
  number(initial);
  std::map<std::tuple<Act, std::uint32_t, std::uint32_t>, std::uint32_t> kinds;
  for (const auto& item : items) {
    const Prepared p = prepare(item);
    const bool reads = p.act == Act::read || p.act == Act::refuse || (p.act == Act::swap && p.from == p.to);
    const auto kind =
        kinds.try_emplace({p.act, p.from, p.to}, static_cast<std::uint32_t>(kinds.size())).first->second;
    prepared_.push_back(p);
    traits_.push_back({p.act != Act::nothing && !(reads && item.is_optional()), reads, kind});
  }
}

std::uint32_t RegisterModel::number(const Value& value) {
  return values_.try_emplace(value, static_cast<std::uint32_t>(values_.size())).first->second;
}

RegisterModel::Prepared RegisterModel::prepare(const Item& item) {
  const Operation& operation = *item.operation;
  if (const auto* write = std::get_if<Write>(&operation.op)) return {Act::write, 0, number(write->value)};
  if (const auto* cas = std::get_if<Cas>(&operation.op)) {
    const bool refused = operation.ret && !std::get<Swapped>(*operation.ret).yes;
    return {refused ? Act::refuse : Act::swap, number(cas->from), refused ? 0 : number(cas->to)};
  }
  if (!operation.ret) return {};
  return {Act::read, number(std::get<ValueSeen>(*operation.ret).value), 0};
}

void RegisterModel::step(const State& state, std::uint32_t item, Timeline::Place,
                         std::vector<State>& out) const {
  const Prepared& p = prepared_[item];
  switch (p.act) {
    case Act::nothing:
      return;
    case Act::read:
      if (state[0] == p.from) out.push_back(state);
      return;
    case Act::refuse:
      if (state[0] != p.from) out.push_back(state);
      return;
    case Act::write:
      out.push_back({p.to});
      return;
    case Act::swap:
      if (state[0] == p.from) out.push_back({p.to});
      return;
  }
}

std::vector<bool> RegisterModel::useful(std::span<const Item> items) {
  std::vector<bool> useful(items.size());
  std::set<Value> needed;
  std::set<Value> differs_from;  // what refused swaps must not have found
  const auto need = [&](std::size_t i) {
    useful[i] = true;
    const Operation& operation = *items[i].operation;
    if (const auto* cas = std::get_if<Cas>(&operation.op)) {
      const bool refused = operation.ret && !std::get<Swapped>(*operation.ret).yes;
      (refused ? differs_from : needed).insert(cas->from);
    } else if (operation.ret && std::holds_alternative<Read>(operation.op)) {
      needed.insert(std::get<ValueSeen>(*operation.ret).value);
    }
  };
  const auto provides = [&](const Op& op) {
    const auto* write = std::get_if<Write>(&op);
    const auto* cas = std::get_if<Cas>(&op);
    if (!write && !cas) return false;
    const Value& value = write ? write->value : cas->to;
    return needed.count(value) > 0 || differs_from.size() > differs_from.count(value);
  };
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (!items[i].is_optional()) need(i);
  }
  for (bool grew = true; grew;) {
    grew = false;
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (useful[i] || !provides(items[i].operation->op)) continue;
      need(i);
      grew = true;
    }
  }
  return useful;
}

bool RegisterModel::fits(const Operation& operation) {
  const auto& ret = operation.ret;
  if (std::holds_alternative<Read>(operation.op)) return !ret || std::holds_alternative<ValueSeen>(*ret);
  if (std::holds_alternative<Write>(operation.op)) return !ret || std::holds_alternative<Done>(*ret);
  if (std::holds_alternative<Cas>(operation.op)) return !ret || std::holds_alternative<Swapped>(*ret);
  return false;
}

}  // namespace check
