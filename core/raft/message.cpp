#include "core/raft/message.hpp"

#include "core/base/overload.hpp"

namespace raft {

Term term_of(const Message& message) {
  return std::visit([](const auto& m) { return m.term; }, message);
}

const char* name_of(const Message& message) {
  return std::visit(
      base::Overload{
          [](const PreVote&) { return "PreVote"; }, [](const PreVoteGranted&) { return "PreVoteGranted"; },
          [](const PreVoteRefused&) { return "PreVoteRefused"; },
          [](const RequestVote&) { return "RequestVote"; }, [](const VoteGranted&) { return "VoteGranted"; },
          [](const VoteRefused&) { return "VoteRefused"; }, [](const Append&) { return "Append"; },
          [](const AppendAccepted&) { return "AppendAccepted"; },
          [](const AppendRejected&) { return "AppendRejected"; },
          [](const Heartbeat&) { return "Heartbeat"; },
          [](const HeartbeatReply&) { return "HeartbeatReply"; },
          [](const InstallSnapshot&) { return "InstallSnapshot"; },
          [](const PieceAccepted&) { return "PieceAccepted"; },
          [](const TimeoutNow&) { return "TimeoutNow"; }, [](const ReadIndex&) { return "ReadIndex"; },
          [](const ReadIndexAnswer&) { return "ReadIndexAnswer"; }},
      message);
}

}  // namespace raft
