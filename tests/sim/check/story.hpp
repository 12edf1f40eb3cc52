// A history of one name, told operation by operation.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>

#include "sim/check/linearizability.hpp"

namespace check {

// One operation after the other, each from t to t + 5, in steps of 10, unless told otherwise.
class Story {
 public:
  Story& then(Op op, Ret ret) { return at(next_, next_ + 5, std::move(op), std::move(ret)); }
  Story& at(std::int64_t start, std::int64_t end, Op op, Ret ret) {
    next_ = std::max(next_, end + 5);
    history_.push_back({++client_, "k", std::move(op), start, end, std::move(ret)});
    return *this;
  }
  Story& unknown(Op op) {
    history_.push_back({++client_, "k", std::move(op), next_, std::nullopt, std::nullopt});
    next_ += 10;
    return *this;
  }
  Story& later(std::int64_t ns) {
    next_ += ns;
    return *this;
  }
  bool is_linearizable() const { return std::holds_alternative<Linearizable>(check(history_, Model::lock)); }
  const History& history() const { return history_; }

 private:
  History history_;
  std::uint64_t client_ = 0;
  std::int64_t next_ = 0;
};

}  // namespace check
