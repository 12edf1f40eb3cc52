#include "core/client/window.hpp"

#include <utility>

namespace client {

lock::Sequence Window::add(Numbered numbered) {
  last_ = last_.next();
  unanswered_.emplace(last_, std::move(numbered));
  return last_;
}

lock::Sequence Window::acknowledged() const {
  return unanswered_.empty() ? last_ : unanswered_.begin()->first.previous();
}

Numbered* Window::find(lock::Sequence sequence) {
  const auto it = unanswered_.find(sequence);
  return it == unanswered_.end() ? nullptr : &it->second;
}

void Window::restart() {
  *this = Window();
}

}  // namespace client
