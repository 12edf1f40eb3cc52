// core_bench: figures of the core alone.
//   core_bench proposals   one line `BATCH NANOSECONDS` a batch size, the nanoseconds of one proposal
//   core_bench idle        what an idle group costs
//   core_bench state [N]   the longest steps of a server with N locks, a million unless told
#include "tests/bench/core_bench.hpp"

#include <cstdio>
#include <cstdlib>
#include <string>

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  if (what == "proposals") {
    for (const std::uint64_t batch : {1, 16, 256}) {
      std::printf("%llu %.1f\n", static_cast<unsigned long long>(batch),
                  bench::proposals(batch, 1'000'000'000));
    }
  } else if (what == "idle") {
    bench::idle_groups();
  } else if (what == "state") {
    bench::large_state(argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1'000'000);
  } else {
    std::fprintf(stderr, "usage: core_bench proposals|idle|state [LOCKS]\n");
    return 2;
  }
  return 0;
}
