#include "sim/processor.hpp"

#include <gtest/gtest.h>

namespace sim {
namespace {

class ProcessorTest : public ::testing::Test {
 protected:
  static Event message(EventKind kind, std::string text) {
    return {.kind = kind, .actor = 0, .bytes = std::move(text)};
  }
  std::vector<std::string> served() {
    std::vector<std::string> texts;
    while (!queue_.empty()) {
      const auto turn = queue_.pop();
      EXPECT_EQ(turn.kind, EventKind::server_turn);
      texts.push_back(processor_.done().bytes + "@" + std::to_string(queue_.now().count()));
    }
    return texts;
  }

  Queue queue_;
  Coverage coverage_;
  Tape tape_{1};
  Processor processor_{queue_, coverage_, Distribution(100), tape_.stream("cpu 1")};
};

TEST_F(ProcessorTest, TakesServersBeforeClientsAndOneAfterTheOther) {
  processor_.take(message(EventKind::segment, "a"), 1);
  processor_.take(message(EventKind::segment, "b"), 1);
  processor_.take(message(EventKind::peer_frame, "heartbeat"), 1);
  EXPECT_EQ(served(), (std::vector<std::string>{"a@100", "heartbeat@200", "b@300"}));
  EXPECT_EQ(coverage_["messages_queued"], 2u);
}

TEST_F(ProcessorTest, ForgetsWhatWaitsWhenItsServerCrashes) {
  processor_.take(message(EventKind::segment, "a"), 1);
  processor_.take(message(EventKind::segment, "b"), 1);
  processor_.clear();
  (void)queue_.pop();
  processor_.take(message(EventKind::segment, "c"), 2);
  EXPECT_EQ(served(), (std::vector<std::string>{"c@200"}));
}

}  // namespace
}  // namespace sim
