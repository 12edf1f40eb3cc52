// A text that is put, appended to and read; "" at first.
#pragma once

#include <array>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "sim/check/timeline.hpp"

namespace check {

class KvModel {
 public:
  using State = std::array<std::uint64_t, 1>;  // the text's number

  explicit KvModel(std::span<const Item> items);

  State initial() const { return {0}; }
  void step(const State& state, std::uint32_t item, Timeline::Place place, std::vector<State>& out) const;

  std::span<const Traits> traits() const { return traits_; }
  std::span<const Mark> marks() const { return {}; }
  void meet(const Timeline&) {}

  // Everything: what an append left behind shows in all that follows.
  static std::vector<bool> useful(std::span<const Item> items) {
    return std::vector<bool>(items.size(), true);
  }
  static bool fits(const Operation& operation);

 private:
  enum class Act : std::uint8_t { nothing, get, put, append };
  struct Prepared {
    Act act = Act::nothing;
    std::uint32_t text = 0;
  };

  std::uint32_t number(const std::string& text) const;

  // Texts are met while searching; their numbers say nothing else.
  mutable std::map<std::string, std::uint32_t> numbers_;
  mutable std::vector<const std::string*> texts_;
  mutable std::map<std::pair<std::uint64_t, std::uint32_t>, std::uint32_t> appended_;
  std::vector<Prepared> prepared_;
  std::vector<Traits> traits_;
};

}  // namespace check
