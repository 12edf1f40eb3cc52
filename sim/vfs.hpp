// SQLite's view of a simulated machine's files.
#pragma once

#include <memory>

#include "sim/files.hpp"

namespace sim {

// Registered with SQLite while it lives, under a name that `files` is told. Every database on it is closed
// before.
class Vfs {
 public:
  explicit Vfs(Files& files);
  ~Vfs();
  Vfs(const Vfs&) = delete;
  Vfs& operator=(const Vfs&) = delete;

 private:
  struct Registered;
  std::unique_ptr<Registered> registered_;
};

// SQLite has one random generator a process. From now on its numbers hang on the seed alone.
void seed_sqlite(std::uint64_t seed);

}  // namespace sim
