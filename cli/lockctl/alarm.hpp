// What a guard's loop waits for beside its channel: an instant, and children that changed.
#pragma once

#include "core/base/time.hpp"

namespace lockctl::guard {

// Fires at an instant of net::now() or before it, never much after: it counts suspend.
class Alarm {
 public:
  Alarm();
  int fd() const { return fd_; }
  void set(base::Instant when) const;
  void clear() const;
  void drain() const;

 private:
  int fd_;
};

// SIGCHLD, which is blocked from here on.
class ChildEvents {
 public:
  ChildEvents();
  int fd() const { return fd_; }
  void drain() const;

 private:
  int fd_;
};

}  // namespace lockctl::guard
