#include "sim/check/judge.hpp"

#include <algorithm>

#include "sim/check/model_kv.hpp"
#include "sim/check/model_lock.hpp"
#include "sim/check/model_once.hpp"
#include "sim/check/model_register.hpp"

namespace check {

namespace {

template <class M, class... Args>
Judged judge_by(std::span<const Item> items, const Budget& budget, Args... args) {
  const auto useful = M::useful(items);
  std::vector<Item> kept;
  std::vector<std::uint32_t> numbers;
  for (std::uint32_t i = 0; i < items.size(); ++i) {
    if (!useful[i]) continue;
    kept.push_back(items[i]);
    numbers.push_back(i);
  }
  M model(kept, args...);
  const Timeline timeline(kept, model.traits(), model.marks());
  model.meet(timeline);
  Search<M> search(model, model.traits(), timeline, budget);
  Judged judged{search.run(), 0};
  judged.configurations = search.configurations();
  if (auto* unorderable = std::get_if<Unorderable>(&judged.found))
    unorderable->item = numbers[unorderable->item];
  return judged;
}

}  // namespace

Judged judge(std::span<const Item> items, Model model, const Budget& budget) {
  switch (model) {
    case Model::lock:
      return judge_by<LockModel>(items, budget);
    case Model::once:
      return judge_by<OnceModel>(items, budget);
    case Model::register_nil:
      return judge_by<RegisterModel>(items, budget, Value());
    case Model::register_zero:
      return judge_by<RegisterModel>(items, budget, Value("0"));
    case Model::kv:
      return judge_by<KvModel>(items, budget);
  }
  return {GaveUp{}, 0};
}

std::vector<Item> shrink(std::vector<Item> items, Model model) {
  constexpr std::uint64_t work_max = 1'000'000;
  const Budget budget{4'000, std::uint64_t{1} << 28};
  std::uint64_t work = 0;
  std::vector<std::size_t> firm;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (!items[i].loose) firm.push_back(i);
  }
  // Loosened first to last: what a grant led to goes before the grant, which says more to a reader.
  std::stable_partition(firm.begin(), firm.end(),
                        [&](std::size_t i) { return !outcome<Granted>(*items[i].operation); });
  for (std::size_t chunk = std::max<std::size_t>(1, firm.size() / 2);;
       chunk = std::max<std::size_t>(1, chunk / 2)) {
    bool loosened = false;
    for (std::size_t from = 0; from < firm.size() && work < work_max;) {
      const auto to = std::min(from + chunk, firm.size());
      for (auto i = from; i < to; ++i) items[firm[i]].loose = true;
      const auto judged = judge(items, model, budget);
      work += items.size() + judged.configurations;
      if (std::holds_alternative<Unorderable>(judged.found)) {
        firm.erase(firm.begin() + static_cast<std::ptrdiff_t>(from),
                   firm.begin() + static_cast<std::ptrdiff_t>(to));
        loosened = true;
      } else {
        for (auto i = from; i < to; ++i) items[firm[i]].loose = false;
        from = to;
      }
    }
    if (work >= work_max || (chunk == 1 && !loosened)) return items;
  }
}

}  // namespace check
