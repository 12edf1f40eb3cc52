// Signals as events of the loop.
#pragma once

#include <functional>
#include <memory>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace lockctl {

class Signals {
 public:
  using OnSignal = std::function<void(int)>;

  // Leaves alone what was ignored when this process began: nohup and background jobs of a shell mean it.
  Signals(boost::asio::io_context& io, const std::vector<int>& signals, OnSignal on_signal);
  ~Signals();
  // The handler from now on.
  void handle(OnSignal on_signal);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace lockctl
