// A machine made again of its elements, which may come from anywhere: whatever no machine could hold is
// refused.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/cow_map.hpp"
#include "core/base/result.hpp"
#include "core/lock/machine.hpp"

namespace lock {

// In the order head, sessions, holds, blocks, records, audit entries, each kind with keys rising. What
// follows from these is left out: the names with their holders and queues, the sessions' holds, the families,
// the expiries.
//
// Bounds may have been lowered below what was there before, so it is the widest that are held against it. A
// waiting request that might have been granted is not found out: it waits until something happens to its
// names.
class Rebuild {
 public:
  struct Head {
    LogTime stamp;
    Machine::Counters counters;
    std::optional<Rest> rest;
    std::vector<Setting> settings;
    // How many are to come.
    std::uint64_t sessions = 0;
    std::uint64_t holds = 0;
    std::uint64_t blocks = 0;
    std::uint64_t records = 0;
    std::uint64_t audits = 0;
  };

  // The bounds that no setting moves are taken from `limits`.
  explicit Rebuild(Limits limits) : machine_(limits), widest_(widest_limits(limits)) {}

  // Each costs as much as its element, and a few logarithmic searches. After an error no more is to be added.
  base::Status begin(const Head& head);
  // Without entries.
  base::Status add(SessionId id, Session session);
  base::Status add(Token token, Hold hold);
  base::Status add(Token token, Block block);
  base::Status add(const std::string& name, RecordState record);
  base::Status add(std::uint64_t number, AuditRecord record);
  // Only when everything announced is there. Costs nothing to speak of.
  base::Result<Machine> finish();
  // As Machine::shed, of what has been gathered.
  bool shed(std::size_t elements);

 private:
  struct Nothing {};

  const char* flaw_of(SessionId id, const Session& session) const;
  const char* flaw_of(const Waiting& waiting) const;
  const char* flaw_of(const Outcome& outcome) const;
  const char* flaw_of(Token token, const Hold& hold) const;
  const char* flaw_of(const HoldEntry& entry, Token token, const Hold& hold) const;
  const char* flaw_of(Token token, const Block& block) const;
  const char* flaw_of(const std::string& name, const RecordState& record) const;
  const char* flaw_of_once(const std::string& name, const RecordState& record) const;
  const char* flaw_of(const AuditRecord& record) const;
  const char* flaw_of(const std::vector<Wanted>& locks) const;
  const char* join_family(SessionId id, const Session& session);
  const char* stand_in_line(SessionId id, const Session& session);
  const char* enter(Token token, const Hold& hold);
  const char* take_names(Token token, const Hold& hold);
  bool has_text(std::size_t bytes) const { return bytes <= widest_.text_bytes; }
  // One of several equal texts, so that they share their bytes.
  void share(base::Bytes& writer);

  Machine machine_;
  Limits widest_;
  Head awaited_;
  base::CowMap<std::uint64_t, Nothing, 128> arrivals_;
  base::CowMap<Revision, Nothing, 128> revisions_;
  base::CowMap<std::uint64_t, Nothing, 128> touches_;
  base::Bytes last_writer_;
  // Names that wait for the record of a Once, and runs that wait for theirs.
  std::uint64_t waited_records_ = 0;
  std::uint64_t waited_runs_ = 0;
  // Of the kind at hand.
  SessionId last_session_;
  Token last_token_;
  Token last_block_;
  std::string last_name_;
  std::uint64_t last_number_ = 0;
};

}  // namespace lock
