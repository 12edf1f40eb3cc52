// A command's standard output on its way: passed on as it comes, and its beginning kept.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <thread>

#include "core/base/result.hpp"

namespace lockctl {

class Tee {
 public:
  // From here on standard output is a pipe, for what this process forks next.
  static base::Result<std::unique_ptr<Tee>> begin(std::size_t kept_bytes);
  ~Tee();

  // Once that is forked: standard output is again what it was.
  void restore();
  // Begins to pass on. On a thread of its own: whoever reads may be slow, and the lease must be renewed.
  void start();
  // No more will come: everything is passed on that is on its way.
  void stop();
  bool done() const { return done_; }
  // Of what came through; only when done().
  const std::string& kept() const { return kept_; }
  bool cut() const { return cut_; }

 private:
  Tee(std::size_t kept_bytes, int out, int in, int stop_in, int stop_out)
      : most_(kept_bytes), out_(out), in_(in), stop_in_(stop_in), stop_out_(stop_out) {}
  void pass();
  bool pass_some();

  std::size_t most_;
  int out_;  // what standard output was
  int in_;
  int stop_in_, stop_out_;
  std::string kept_;
  bool cut_ = false;
  std::atomic<bool> done_ = false;
  std::thread thread_;
};

}  // namespace lockctl
