// A register with compare-and-set.
#pragma once

#include <array>
#include <map>
#include <span>
#include <vector>

#include "sim/check/timeline.hpp"

namespace check {

class RegisterModel {
 public:
  using State = std::array<std::uint64_t, 1>;  // the value's number

  RegisterModel(std::span<const Item> items, const Value& initial);

  State initial() const { return {0}; }
  void step(const State& state, std::uint32_t item, Timeline::Place place, std::vector<State>& out) const;

  std::span<const Traits> traits() const { return traits_; }
  std::span<const Mark> marks() const { return {}; }
  void meet(const Timeline&) {}

  // Which items can matter: a write that need not happen and that nobody needs to have seen can be left out.
  static std::vector<bool> useful(std::span<const Item> items);
  // Whether the operation and its outcome belong to this model.
  static bool fits(const Operation& operation);

 private:
  enum class Act : std::uint8_t { nothing, read, write, swap, refuse };
  struct Prepared {
    Act act = Act::nothing;
    std::uint32_t from = 0;
    std::uint32_t to = 0;
  };

  std::uint32_t number(const Value& value);
  Prepared prepare(const Item& item);

  std::map<Value, std::uint32_t> values_;
  std::vector<Prepared> prepared_;
  std::vector<Traits> traits_;
};

}  // namespace check
