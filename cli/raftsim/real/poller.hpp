// Waits for sockets and pipes, on one thread.
#pragma once

#include <map>

#include "core/base/time.hpp"

namespace real {

class Poller {
 public:
  class Handler {
   public:
    virtual ~Handler() = default;
    // Either may come for nothing.
    virtual void readable() = 0;
    virtual void writable() {}
  };

  // A second call for one descriptor replaces the first. The handler must be forgotten before its end.
  void watch(int fd, Handler& handler, bool writable = false);
  void forget(int fd) { watched_.erase(fd); }
  // Until something is ready, a signal comes, or so long; calls whoever is ready. A handler may watch and
  // forget.
  void wait(base::Duration longest);

 private:
  struct Watched {
    Handler* handler;
    bool writable;
  };
  std::map<int, Watched> watched_;
};

}  // namespace real
