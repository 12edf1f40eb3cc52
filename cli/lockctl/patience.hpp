// How long a cluster may say nothing to one that waits: asked now and then, complained about, and given up.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "cli/lockctl/cluster.hpp"

namespace lockctl {

class Patience {
 public:
  // `gone` is called once, when no server has answered for `at_most`; nothing: never. `name`, with its
  // prefix: what the question that shows whether a majority is there is about.
  Patience(Cluster& cluster, const Global& global, const std::string& name,
           std::optional<base::Duration> at_most, std::function<void()> gone);
  ~Patience();
  Patience(const Patience&) = delete;
  Patience& operator=(const Patience&) = delete;

  // Something came from the cluster.
  void heard();
  // It is never given up from now on.
  void forever();
  // Somebody has answered since this began.
  bool reached() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace lockctl
