// Callbacks that outlive their object do nothing.
#pragma once

#include <memory>
#include <utility>

namespace net {

// A member of the object that hands out callbacks. Belongs to one thread, as they do: an event loop may still
// hold a callback that is due when the object is destroyed.
class Lifeline {
 public:
  Lifeline() = default;
  Lifeline(const Lifeline&) = delete;
  Lifeline& operator=(const Lifeline&) = delete;

  template <class F>
  auto guard(F f) const {
    return [alive = std::weak_ptr<const char>(token_), f = std::move(f)](auto&&... args) mutable {
      if (!alive.expired()) f(std::forward<decltype(args)>(args)...);
    };
  }

 private:
  std::shared_ptr<const char> token_ = std::make_shared<const char>();
};

}  // namespace net
