#include "core/node/past.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "core/base/overload.hpp"

namespace node {
namespace {

// About what one takes beside its texts.
constexpr std::size_t kOverhead = sizeof(Past::Happened);

std::size_t size_of(const lock::Event& event) {
  const auto* name = name_in(event);
  const auto* status = std::get_if<lock::StatusChanged>(&event);
  return kOverhead + (name ? name->size() : 0) + (status ? status->state.size() : 0);
}

struct End {
  const char* what;
  const char* detail;
};
End end_of(lock::EndReason reason) {
  switch (reason) {
    case lock::EndReason::released:
      return {"released", "released"};
    case lock::EndReason::session_closed:
      return {"closed", "its session was closed"};
    case lock::EndReason::session_expired:
      return {"expired", "its session expired"};
    case lock::EndReason::lease_expired:
      return {"expired", "its lease ended"};
    case lock::EndReason::over_max:
      return {"over-max", "over its maximum"};
    case lock::EndReason::broken:
      return {"broken", "broken"};
  }
  return {"", ""};
}

}  // namespace

const std::string* name_in(const lock::Event& event) {
  using Name = const std::string*;
  return std::visit(base::Overload{
                        [](const lock::LockGranted& e) -> Name { return &e.name; },
                        [](const lock::HoldEnded& e) -> Name { return &e.name; },
                        [](const lock::StatusChanged& e) -> Name { return &e.name; },
                        [](const lock::StaleTokenRefused&) -> Name { return nullptr; },
                        [](const lock::SessionEnded&) -> Name { return nullptr; },
                    },
                    event);
}

lock::Change to_change(std::uint64_t index, const lock::Event& event) {
  lock::Change change;
  change.index = index;
  std::visit(base::Overload{
                 [&](const lock::LockGranted& e) {
                   change.name = e.name;
                   change.what = "granted";
                   change.token = e.token;
                   change.who = e.who.view();
                   if (e.attempt > 0) change.detail = "attempt " + std::to_string(e.attempt);
                 },
                 [&](const lock::HoldEnded& e) {
                   const auto [what, detail] = end_of(e.reason);
                   change.name = e.name;
                   change.what = what;
                   change.token = e.token;
                   change.who = e.who.view();
                   change.detail = detail;
                 },
                 [&](const lock::StatusChanged& e) {
                   change.name = e.name;
                   change.what = e.state.empty() ? "cleared" : "status";
                   change.token = e.token.value_or(lock::Token());
                   change.who = e.who.view();
                   change.detail = e.state;
                   change.code = e.code;
                   change.revision = e.revision;
                 },
                 [](const lock::StaleTokenRefused&) { CHECK(false); },
                 [](const lock::SessionEnded&) { CHECK(false); },
             },
             event);
  return change;
}

void Past::begin(std::uint64_t index) {
  kept_.clear();
  bytes_ = 0;
  begin_ = through_ = index;
}

void Past::add(std::uint64_t index, const std::vector<lock::Event>& events) {
  CHECK(index > through_);
  through_ = index;
  for (const auto& event : events) {
    if (!name_in(event)) continue;
    bytes_ += size_of(event);
    kept_.push_back({index, event});
  }
  while (kept_.size() > bounds_.changes || bytes_ > bounds_.bytes) forget_oldest_entry();
}

void Past::forget_oldest_entry() {
  begin_ = kept_.front().index;
  while (!kept_.empty() && kept_.front().index == begin_) {
    bytes_ -= size_of(kept_.front().event);
    kept_.pop_front();
  }
}

Past::Iterator Past::behind(std::uint64_t index) const {
  return std::upper_bound(kept_.begin(), kept_.end(), index,
                          [](std::uint64_t i, const Happened& happened) { return i < happened.index; });
}

}  // namespace node
