// What a shell sees. Letters and numbers follow flock(1) and timeout(1).
#pragma once

namespace cli {

enum ExitCode : int {
  kYes = 0,
  kNo = 1,
  kUsage = 2,
  kUnknownOutcome = 120,
  kDeadlock = 121,
  kLost = 122,
  kNotInTime = 124,
  kFailed = 125,
  kNotExecutable = 126,
  kNotFound = 127,
  kSignalBase = 128,
};

}  // namespace cli
