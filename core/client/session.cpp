#include "core/client/session.hpp"

#include <algorithm>

#include "core/base/check.hpp"

namespace client {

namespace {

// Beyond this a lease is as good as endless, and its nanoseconds still fit.
constexpr std::uint64_t kLeaseMsMax = std::uint64_t{1} << 42;
// A stamp is cut to whole milliseconds, an end is exact: so much later than its stamp may the lease have
// begun.
constexpr std::int64_t kStampMs = 1;

}  // namespace

Duration believed(const lock::Lease& lease, std::uint32_t clock_error_ppm) {
  if (lease.end <= lease.stamp) return Duration::zero();
  const auto length_ms = std::min<std::uint64_t>(lease.end.ms - lease.stamp.ms, kLeaseMsMax);
  const auto ms = static_cast<std::int64_t>(length_ms) - kStampMs;
  const std::int64_t kept_ppm = 1'000'000 - 2 * static_cast<std::int64_t>(clock_error_ppm);
  // A millisecond has as many nanoseconds as a whole has parts per million, so nothing is left to round.
  return Duration(ms * std::max<std::int64_t>(kept_ppm, 0));
}

Session::Session(const Config& config)
    : period_(std::max<Duration>(Duration(config.session_ttl) / 3, std::chrono::milliseconds(1))),
      clock_error_ppm_(config.clock_error_ppm) {}

std::optional<lock::SessionId> Session::id() const {
  const auto* open = std::get_if<Open>(&state_);
  return open ? std::optional(open->id) : std::nullopt;
}

std::optional<Instant> Session::deadline() const {
  const auto* open = std::get_if<Open>(&state_);
  return open ? std::optional(open->deadline) : std::nullopt;
}

std::optional<Instant> Session::when(lock::LogTime time) const {
  if (!anchor_) return std::nullopt;
  return anchor_->sent + believed({anchor_->stamp, time}, clock_error_ppm_);
}

// What is later for one time is later for all that lie behind both stamps: believed() is linear there.
void Session::note(const Anchor& anchor) {
  if (anchor_) {
    const lock::LogTime probe{std::max(anchor.stamp.ms, anchor_->stamp.ms) + 1};
    if (anchor.sent + believed({anchor.stamp, probe}, clock_error_ppm_) <= *when(probe)) return;
  }
  anchor_ = anchor;
}

void Session::gone() {
  state_ = None{};
}

void Session::begin_opening() {
  CHECK(none());
  state_ = Opening{};
}

void Session::opened(lock::SessionId id, const lock::Lease& lease, Instant sent) {
  CHECK(opening());
  note({sent, lease.stamp});
  state_ = Open{id, sent + believed(lease, clock_error_ppm_), Beat{sent + period_, std::nullopt}};
}

void Session::kept_alive(const lock::Lease& lease, Instant sent) {
  note({sent, lease.stamp});
  auto& open = std::get<Open>(state_);
  open.deadline = std::max(open.deadline, sent + believed(lease, clock_error_ppm_));
}

Beat& Session::keep_alive() {
  CHECK(open());
  return std::get<Open>(state_).keep_alive;
}

const Beat& Session::keep_alive() const {
  CHECK(open());
  return std::get<Open>(state_).keep_alive;
}

}  // namespace client
