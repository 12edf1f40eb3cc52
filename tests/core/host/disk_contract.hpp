// What the host relies on in every disk, whichever world it belongs to. Each implementation is brought in by
// an adapter and one INSTANTIATE_TEST_SUITE_P.
#pragma once

#include <functional>
#include <gtest/gtest.h>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "core/raft/types.hpp"

namespace disk_contract {

class DiskUnderTest {
 public:
  virtual ~DiskUnderTest() = default;

  virtual void write(raft::Write write) = 0;
  // Lets time pass until everything handed over is acknowledged.
  virtual void settle() = 0;
  // Of this run, in the order in which they came.
  virtual std::vector<raft::WriteId> acknowledged() const = 0;
  // The server dies, at whatever its disk was doing, and starts again; ids begin at 1.
  virtual raft::Recovered crash_and_recover() = 0;
};

struct Implementation {
  std::string name;
  std::function<std::unique_ptr<DiskUnderTest>()> make;  // with nothing on it
};
inline void PrintTo(const Implementation& implementation, std::ostream* out) {
  *out << implementation.name;
}

class DiskContract : public testing::TestWithParam<Implementation> {
 protected:
  std::unique_ptr<DiskUnderTest> disk_ = GetParam().make();
};

}  // namespace disk_contract
