// What reads untrusted bytes, one function a reader: takes any bytes, and throws base::CheckFailed where what
// was accepted isn't what it should be. libFuzzer, and the test that replays the corpus, call the same ones.
#pragma once

#include <string_view>

#include "core/base/check.hpp"

namespace fuzz {

// codec.cpp: what is accepted encodes to the same bytes.
void message(std::string_view bytes);
void request(std::string_view bytes);
void reply(std::string_view bytes);
void peer_hello(std::string_view bytes);
void commands(std::string_view bytes);
void entry(std::string_view bytes);
void snapshot_meta(std::string_view bytes);

void frame(std::string_view bytes);  // frame.cpp
void image(std::string_view bytes);  // image.cpp

// store.cpp
void store_meta(std::string_view bytes);
void store_state(std::string_view bytes);
void store_snapshot(std::string_view bytes);
void wal(std::string_view bytes);

void raft(std::string_view bytes);  // raft.cpp
void node(std::string_view bytes);  // node.cpp

// sim.cpp
void history(std::string_view bytes);
void recorded_history(std::string_view bytes);
void scenario(std::string_view bytes);

struct Target {
  const char* name;
  void (*run)(std::string_view bytes);
};
inline constexpr Target kTargets[] = {
    {"message", message},
    {"request", request},
    {"reply", reply},
    {"peer_hello", peer_hello},
    {"commands", commands},
    {"entry", entry},
    {"snapshot_meta", snapshot_meta},
    {"frame", frame},
    {"image", image},
    {"store_meta", store_meta},
    {"store_state", store_state},
    {"store_snapshot", store_snapshot},
    {"wal", wal},
    {"raft", raft},
    {"node", node},
    {"history", history},
    {"recorded_history", recorded_history},
    {"scenario", scenario},
};

}  // namespace fuzz
