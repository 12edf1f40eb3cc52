// What `lockctl VERB --help` teaches, by example.
#pragma once

namespace lockctl::help {

extern const char* const kAbout;
extern const char* const kTop;
extern const char* const kRun;
extern const char* const kOnce;
extern const char* const kElect;
extern const char* const kFence;
extern const char* const kAcquire;
extern const char* const kRelease;
extern const char* const kRenew;
extern const char* const kCheck;
extern const char* const kDowngrade;
extern const char* const kBreak;
extern const char* const kStatus;
extern const char* const kWatch;
extern const char* const kAudit;
// Behind the others where a verb reads.
extern const char* const kConsistency;
extern const char* const kList;
extern const char* const kHealth;
extern const char* const kMembers;
extern const char* const kTransfer;
extern const char* const kSnapshot;
extern const char* const kMetrics;
extern const char* const kLimits;
extern const char* const kCompletion;
extern const char* const kBench;
extern const char* const kDev;

}  // namespace lockctl::help
