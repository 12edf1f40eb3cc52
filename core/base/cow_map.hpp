// An ordered map whose copy shares everything with the original, until either of the two changes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <memory>
#include <tuple>
#include <utility>
#include <vector>

#include "core/base/check.hpp"

namespace base {

// Sorted leaves below sorted branches, as in a B+tree of three levels (Bayer and McCreight, 1972); whatever
// is shared is cloned before it is changed: the path to one element, of at most kLeaf elements and kBranch
// pointers. A copy costs one reference count for some thousand elements. Only within one thread: whether a
// part is shared is asked without synchronisation.
//
// Every change invalidates all iterators and references but those it returns; a copy invalidates the
// references through which one may write.
template <class K, class V, std::size_t kLeaf = 32, std::size_t kBranch = 64>
class CowMap {
  static_assert(kLeaf >= 4 && kBranch >= 4);

  template <class Item>
  struct Part {
    std::vector<Item> items;
    Part() = default;
    // With room, since it is cloned to be changed.
    Part(const Part& other) {
      items.reserve(other.items.size() + other.items.size() / 4 + 1);
      items = other.items;
    }
  };
  template <class Node>
  struct Child {
    K first;  // above every key of the child before, and not above its own
    std::shared_ptr<Node> node;
  };
  using Leaf = Part<std::pair<K, V>>;
  using Branch = Part<Child<Leaf>>;

 public:
  using value_type = std::pair<K, V>;

  class const_iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = CowMap::value_type;
    using difference_type = std::ptrdiff_t;
    using pointer = const value_type*;
    using reference = const value_type&;

    const_iterator() = default;
    reference operator*() const { return node_->items[slot_]; }
    pointer operator->() const { return &node_->items[slot_]; }
    const_iterator& operator++() {
      ++slot_;
      map_->settle(*this);
      return *this;
    }
    const_iterator operator++(int) {
      const auto before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const const_iterator& a, const const_iterator& b) {
      return a.node_ == b.node_ && a.slot_ == b.slot_;
    }

   private:
    friend CowMap;
    const CowMap* map_ = nullptr;
    const Leaf* node_ = nullptr;  // none: the end
    std::size_t branch_ = 0;
    std::size_t leaf_ = 0;
    std::size_t slot_ = 0;
  };

  CowMap() = default;
  CowMap(const CowMap&) = default;
  CowMap& operator=(const CowMap&) = default;
  CowMap(CowMap&& other) noexcept : root_(std::move(other.root_)), size_(std::exchange(other.size_, 0)) {}
  CowMap& operator=(CowMap&& other) noexcept {
    root_ = std::move(other.root_);
    other.root_.clear();
    size_ = std::exchange(other.size_, 0);
    return *this;
  }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const_iterator begin() const { return size_ == 0 ? end() : at(0, 0, 0); }
  const_iterator end() const { return {}; }

  const_iterator lower_bound(const K& key) const {
    auto place = lower(key);
    settle(place);
    return place;
  }
  const_iterator upper_bound(const K& key) const {
    auto place = lower_bound(key);
    if (place != end() && !(key < place->first)) ++place;
    return place;
  }
  const_iterator find(const K& key) const {
    const auto place = lower(key);
    return is_at(place, key) ? place : end();
  }
  bool contains(const K& key) const { return find(key) != end(); }
  // The key is there.
  const V& at(const K& key) const {
    const auto place = find(key);
    CHECK(place != end());
    return place->second;
  }

  // The value, to be changed. `place` is in this map, not the end, and stays valid.
  V& edit(const_iterator& place) {
    Leaf& leaf = own_path(place);
    return leaf.items[place.slot_].second;
  }
  // The key is there.
  V& edit(const K& key) {
    auto place = find(key);
    CHECK(place != end());
    return edit(place);
  }

  // What stands there, and whether that is new.
  template <class... Args>
  std::pair<const_iterator, bool> try_emplace(const K& key, Args&&... args) {
    if (root_.empty()) plant(key);
    auto place = lower(key);
    if (is_at(place, key)) return {place, false};
    place = with_room(place, key);
    Leaf& leaf = own_path(place);
    if (place.slot_ == 0) {
      lower_to(root_[place.branch_].first, key);
      lower_to(root_[place.branch_].node->items[place.leaf_].first, key);
    }
    leaf.items.emplace(leaf.items.begin() + static_cast<std::ptrdiff_t>(place.slot_),
                       std::piecewise_construct, std::forward_as_tuple(key),
                       std::forward_as_tuple(std::forward<Args>(args)...));
    ++size_;
    return {place, true};
  }

  void erase(const_iterator place) {
    Leaf& leaf = own_path(place);
    leaf.items.erase(leaf.items.begin() + static_cast<std::ptrdiff_t>(place.slot_));
    --size_;
    if (leaf.items.size() < kLeaf / 4) close_ranks(place);
  }
  std::size_t erase(const K& key) {
    const auto place = find(key);
    if (place == end()) return 0;
    erase(place);
    return 1;
  }

  // Lets go of as many elements as the budget says, from the end, and takes them from it: so that the last
  // copy of a large map need not be destroyed at once. A value that has a shed() of its own goes piece by
  // piece too. Whether all are gone. Between two calls the map is of no other use.
  bool shed(std::size_t& budget) {
    for (; budget > 0 && !root_.empty(); --budget) {
      auto& branch = root_.back().node;
      if (branch.use_count() > 1 || branch->items.empty()) {
        root_.pop_back();
        continue;
      }
      auto& leaf = branch->items.back().node;
      if (leaf.use_count() > 1 || leaf->items.empty()) {
        branch->items.pop_back();
        continue;
      }
      if constexpr (requires(V value) { value.shed(budget); }) {
        if (!leaf->items.back().second.shed(budget)) return false;
      }
      leaf->items.pop_back();
      if (budget == 0) return false;
    }
    if (root_.empty()) size_ = 0;
    return root_.empty();
  }

  // Holds of its own structure; throws CheckFailed.
  void check() const;

 private:
  const_iterator at(std::size_t branch, std::size_t leaf, std::size_t slot) const {
    const_iterator place;
    place.map_ = this;
    place.branch_ = branch;
    place.leaf_ = leaf;
    place.slot_ = slot;
    place.node_ = root_[branch].node->items[leaf].node.get();
    return place;
  }

  // From one behind the last of a leaf to the first of the next, or the end.
  void settle(const_iterator& place) const {
    if (place.node_ == nullptr || place.slot_ < place.node_->items.size()) return;
    place.slot_ = 0;
    if (++place.leaf_ == root_[place.branch_].node->items.size()) {
      place.leaf_ = 0;
      if (++place.branch_ == root_.size()) {
        place = end();
        return;
      }
    }
    place = at(place.branch_, place.leaf_, 0);
    if (place.node_->items.empty()) place = end();
  }

  template <class Node>
  static std::size_t child_of(const std::vector<Child<Node>>& children, const K& key) {
    if (children.size() == 1) return 0;
    const auto above = std::upper_bound(children.begin(), children.end(), key,
                                        [](const K& k, const Child<Node>& child) { return k < child.first; });
    return above == children.begin() ? 0 : static_cast<std::size_t>(above - children.begin()) - 1;
  }

  // Where the key is or would be: perhaps one behind the last of its leaf.
  const_iterator lower(const K& key) const {
    if (root_.empty()) return end();
    const std::size_t branch = child_of(root_, key);
    const auto& leaves = root_[branch].node->items;
    const std::size_t leaf = child_of(leaves, key);
    const auto& items = leaves[leaf].node->items;
    const auto slot = std::lower_bound(items.begin(), items.end(), key,
                                       [](const value_type& item, const K& k) { return item.first < k; });
    return at(branch, leaf, static_cast<std::size_t>(slot - items.begin()));
  }

  static bool is_at(const const_iterator& place, const K& key) {
    return place.node_ != nullptr && place.slot_ < place.node_->items.size() && !(key < place->first);
  }

  static void lower_to(K& first, const K& key) {
    if (key < first) first = key;
  }

  template <class Node>
  static Node& own(std::shared_ptr<Node>& node) {
    if (node.use_count() > 1) node = std::make_shared<Node>(*node);
    return *node;
  }

  Leaf& own_path(const_iterator& place) {
    CHECK(place.map_ == this);
    Leaf& leaf = own(own(root_[place.branch_].node).items[place.leaf_].node);
    place.node_ = &leaf;
    return leaf;
  }

  void plant(const K& key) {
    root_.push_back({key, std::make_shared<Branch>()});
    root_[0].node->items.push_back({key, std::make_shared<Leaf>()});
  }

  // Where the key would be, in a leaf that has room for it.
  const_iterator with_room(const const_iterator& place, const K& key) {
    if (place.node_->items.size() < kLeaf) return place;
    auto& branch = own(root_[place.branch_].node).items;
    if (branch.size() == kBranch) {
      const bool at_end = place.leaf_ + 1 == branch.size();
      const std::size_t cut = at_end && place.slot_ == kLeaf ? kBranch - 1 : kBranch / 2;
      split(root_, place.branch_, cut, branch[cut].first);
      return with_room(lower(key), key);
    }
    // Keys that come in rising order fill their leaves.
    const bool appends = place.slot_ == kLeaf && place.leaf_ + 1 == branch.size();
    const std::size_t cut = appends ? kLeaf : kLeaf / 2;
    const K first = appends ? key : branch[place.leaf_].node->items[cut].first;
    split(branch, place.leaf_, cut, first);
    return lower(key);
  }

  // Moves what stands from `cut` on into a new child behind.
  template <class Node>
  static void split(std::vector<Child<Node>>& children, std::size_t which, std::size_t cut, K first) {
    auto& items = own(children[which].node).items;
    auto tail = std::make_shared<Node>();
    const auto from = items.begin() + static_cast<std::ptrdiff_t>(cut);
    tail->items.assign(std::make_move_iterator(from), std::make_move_iterator(items.end()));
    items.erase(from, items.end());
    children.insert(children.begin() + static_cast<std::ptrdiff_t>(which) + 1,
                    {std::move(first), std::move(tail)});
  }

  // After an erasure: so that leaves stay filled by a quarter on the whole, and none is empty but that of the
  // empty map, which is kept for the next element.
  void close_ranks(const const_iterator& place) {
    auto& branch = root_[place.branch_].node->items;
    join(branch, place.leaf_, kLeaf);
    if (branch.size() == 1 && branch[0].node->items.empty() && root_.size() > 1) {
      root_.erase(root_.begin() + static_cast<std::ptrdiff_t>(place.branch_));
    } else if (branch.size() < kBranch / 4) {
      join(root_, place.branch_, kBranch);
    }
  }

  // With a neighbour, where the two fit into one with room to spare or one of them is empty.
  template <class Node>
  static void join(std::vector<Child<Node>>& children, std::size_t which, std::size_t max) {
    for (const std::size_t left : {which, which - 1}) {
      if (left >= children.size() || left + 1 == children.size()) continue;
      auto& a = children[left].node;
      auto& b = children[left + 1].node;
      const bool one_empty = a->items.empty() || b->items.empty();
      if (!one_empty && a->items.size() + b->items.size() > max * 3 / 4) continue;
      if (a->items.empty()) {
        a = std::move(b);
      } else {
        append(own(a).items, b);
      }
      children.erase(children.begin() + static_cast<std::ptrdiff_t>(left) + 1);
      return;
    }
  }

  template <class Item>
  static void append(std::vector<Item>& items, const std::shared_ptr<Part<Item>>& tail) {
    if (tail.use_count() > 1) {
      items.insert(items.end(), tail->items.begin(), tail->items.end());
    } else {
      items.insert(items.end(), std::make_move_iterator(tail->items.begin()),
                   std::make_move_iterator(tail->items.end()));
    }
  }

  std::vector<Child<Branch>> root_;
  std::size_t size_ = 0;
};

template <class K, class V, std::size_t kLeaf, std::size_t kBranch>
void CowMap<K, V, kLeaf, kBranch>::check() const {
  std::size_t counted = 0;
  const K* before = nullptr;
  for (std::size_t b = 0; b < root_.size(); ++b) {
    const auto& leaves = root_[b].node->items;
    CHECK(!leaves.empty() && leaves.size() <= kBranch);
    CHECK(before == nullptr || *before < root_[b].first);
    for (const auto& child : leaves) {
      const auto& items = child.node->items;
      CHECK(items.size() <= kLeaf);
      CHECK(!items.empty() || size_ == 0);
      CHECK(!(child.first < root_[b].first));
      CHECK(before == nullptr || *before < child.first);
      for (const auto& item : items) {
        CHECK(!(item.first < child.first));
        CHECK(before == nullptr || *before < item.first);
        before = &item.first;
      }
      counted += items.size();
    }
  }
  CHECK(counted == size_);
}

}  // namespace base
