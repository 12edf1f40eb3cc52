#include "sim/check/timeline.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace check {

namespace {

struct Dated {
  std::int64_t time;
  std::uint8_t rank;  // within one moment
  std::uint32_t tie;
  Timeline::Event event;
};

// Events of one moment. Operations of different clients that touch there count as concurrent; one client's
// follow each other.
void rank_moment(std::span<Dated> moment, std::span<const Item> items) {
  bool one_client = true;
  const Dated* first = nullptr;
  for (const auto& dated : moment) {
    if (dated.event.what == Timeline::What::mark) continue;
    if (!first) first = &dated;
    one_client &= items[first->event.item].operation->client == items[dated.event.item].operation->client;
  }
  for (auto& dated : moment) {
    if (dated.event.what == Timeline::What::mark) continue;
    const bool returns = dated.event.what == Timeline::What::ret;
    const Item& item = items[dated.event.item];
    const bool instant = !item.is_optional() && item.operation->start == *item.operation->end;
    dated.tie = dated.event.item * 2 + (returns ? 1 : 0);
    if (one_client) {
      dated.rank = instant ? 2 : returns ? 1 : 3;
    } else {
      dated.rank = returns ? 2 : 1;
    }
  }
}

}  // namespace

Timeline::Timeline(std::span<const Item> items, std::span<const Traits> traits, std::span<const Mark> marks)
    : slots_(items.size(), none), returns_(items.size(), none), twin_before_(items.size(), none) {
  order(items, traits, marks);
  number_slots(items);
  list_open(items);
  std::map<std::uint32_t, std::uint32_t> last;
  for (const auto item : optional_) {
    const auto [twin, fresh] = last.try_emplace(traits[item].kind, item);
    if (!fresh) twin_before_[item] = std::exchange(twin->second, item);
  }
}

void Timeline::order(std::span<const Item> items, std::span<const Traits> traits,
                     std::span<const Mark> marks) {
  std::vector<Dated> dated;
  for (std::uint32_t i = 0; i < items.size(); ++i) {
    if (!traits[i].placed) continue;
    dated.push_back({items[i].start(), 0, 0, {What::call, i}});
    if (!items[i].is_optional()) dated.push_back({*items[i].operation->end, 0, 0, {What::ret, i}});
  }
  for (const auto& mark : marks) dated.push_back({mark.time, 0, mark.id, {What::mark, mark.id}});
  std::ranges::stable_sort(dated, {}, &Dated::time);
  for (std::size_t from = 0; from < dated.size();) {
    std::size_t to = from;
    while (to < dated.size() && dated[to].time == dated[from].time) ++to;
    if (to - from > 1) rank_moment(std::span(dated).subspan(from, to - from), items);
    from = to;
  }
  std::ranges::stable_sort(dated, {}, [](const Dated& d) { return std::tuple(d.time, d.rank, d.tie); });
  events_.reserve(dated.size());
  for (const auto& d : dated) {
    if (d.event.what == What::ret) returns_[d.event.item] = static_cast<Place>(events_.size());
    events_.push_back(d.event);
  }
}

// Items that return share slots; the others keep theirs for ever, behind them.
void Timeline::number_slots(std::span<const Item> items) {
  std::vector<std::uint32_t> free;
  for (const auto& event : events_) {
    if (event.what == What::ret) free.push_back(slots_[event.item]);
    if (event.what != What::call || items[event.item].is_optional()) continue;
    if (free.empty()) free.push_back(slot_count_++);
    slots_[event.item] = free.back();
    free.pop_back();
  }
  for (const auto& event : events_) {
    if (event.what != What::call || !items[event.item].is_optional()) continue;
    slots_[event.item] = slot_count_++;
    optional_.push_back(event.item);
  }
}

void Timeline::list_open(std::span<const Item> items) {
  std::vector<std::uint32_t> now;
  std::uint32_t optional_now = 0;
  for (const auto& event : events_) {
    open_from_.push_back(static_cast<std::uint32_t>(open_.size()));
    optional_before_.push_back(optional_now);
    if (event.what == What::mark) continue;
    if (event.what == What::call && items[event.item].is_optional()) {
      ++optional_now;
    } else if (event.what == What::call) {
      const auto later = [&](std::uint32_t a, std::uint32_t b) { return returns_[a] < returns_[b]; };
      now.insert(std::ranges::upper_bound(now, event.item, later), event.item);
    } else {
      open_.insert(open_.end(), now.begin(), now.end());
      now.erase(std::ranges::find(now, event.item));
    }
  }
  open_from_.push_back(static_cast<std::uint32_t>(open_.size()));
}

}  // namespace check
