// The session's requests that have no final answer yet, by sequence.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "core/client/types.hpp"

namespace client {

// That a request stands on the current link.
struct Asked {
  Instant sent;
  Instant again;          // ask once more then
  bool final_due = true;  // else it may take for ever: in the queue of a lock, or waiting for a status
};

struct Numbered {
  lock::Operation operation;
  std::optional<CallId> call;            // whose outcome its answer is
  std::optional<lock::Sequence> undoes;  // a Cancel or Leave by which the client takes back that request

  std::optional<Asked> asked = {};
  std::optional<Instant> first_sent = {};
  // How often it was sent without being told that nothing has happened.
  std::uint32_t in_doubt = 0;
};

class Window {
 public:
  // The next request's distance from the acknowledged mark: what the servers must remember for retries.
  std::uint64_t width() const { return last_.value + 1 - acknowledged().value; }
  lock::Sequence add(Numbered numbered);
  // It will never be asked again.
  void answered(lock::Sequence sequence) { unanswered_.erase(sequence); }
  // Everything up to here has been answered.
  lock::Sequence acknowledged() const;

  Numbered* find(lock::Sequence sequence);
  std::map<lock::Sequence, Numbered>& unanswered() { return unanswered_; }
  const std::map<lock::Sequence, Numbered>& unanswered() const { return unanswered_; }
  // For the next session, which numbers from 1.
  void restart();

 private:
  std::map<lock::Sequence, Numbered> unanswered_;
  lock::Sequence last_;
};

}  // namespace client
