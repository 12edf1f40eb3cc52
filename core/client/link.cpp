#include "core/client/link.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "core/base/overload.hpp"

namespace client {

using base::Overload;

Link::Link(const Config& config) : config_(config), random_(config.seed, "link"), state_(Down{}) {
  CHECK(!config_.endpoints.empty());
  next_ = static_cast<std::size_t>(random_.below(config_.endpoints.size()));
}

bool Link::up(LinkId link) const {
  return up() && id() == link;
}

bool Link::is(LinkId link) const {
  return std::visit(
      Overload{[](const Down&) { return false; }, [&](const Connecting& c) { return c.id == link; },
               [&](const Up& u) { return u.id == link; }},
      state_);
}

LinkId Link::id() const {
  CHECK(up());
  return std::get<Up>(state_).id;
}

Instant Link::heard() const {
  CHECK(up());
  return std::get<Up>(state_).heard;
}

void Link::connected(Instant now) {
  if (const auto* connecting = std::get_if<Connecting>(&state_)) state_ = Up{connecting->id, now};
}

void Link::answered(Instant now, bool useful) {
  CHECK(up());
  std::get<Up>(state_).heard = now;
  if (useful) failures_ = 0;
}

void Link::lost(Instant now) {
  state_ = Down{now + backoff()};
  if (failures_ < 32) ++failures_;
}

void Link::leave(Instant now, const std::string& leader, Effects& effects) {
  effects.closes.push_back(Close{id()});
  hint_ = leader;
  lost(now);
}

void Link::run(Instant now, bool wanted, Effects& effects) {
  if (const auto* connecting = std::get_if<Connecting>(&state_); connecting && connecting->until <= now) {
    effects.closes.push_back(Close{connecting->id});
    lost(now);
  }
  const auto* down = std::get_if<Down>(&state_);
  if (down && wanted && down->retry_at <= now) connect(now, effects);
}

std::optional<Instant> Link::wake_at(bool wanted) const {
  return std::visit(Overload{[&](const Down& d) { return wanted ? std::optional(d.retry_at) : std::nullopt; },
                             [](const Connecting& c) { return std::optional(c.until); },
                             [](const Up&) { return std::optional<Instant>(); }},
                    state_);
}

void Link::connect(Instant now, Effects& effects) {
  last_id_ = last_id_.next();
  last_tried_ = choose();
  state_ = Connecting{last_id_, now + config_.connect_timeout};
  effects.connects.push_back(Connect{last_id_, last_tried_});
}

std::string Link::choose() {
  if (!hint_.empty()) return std::exchange(hint_, {});
  const auto& endpoints = config_.endpoints;
  for (std::size_t tries = 0; tries < endpoints.size(); ++tries) {
    const auto& endpoint = endpoints[next_];
    next_ = (next_ + 1) % endpoints.size();
    if (endpoint != last_tried_) return endpoint;
  }
  return last_tried_;
}

// The first retry is at once; from then on exponential, with jitter so that many clients don't return in
// step.
Duration Link::backoff() {
  if (failures_ == 0) return Duration::zero();
  auto bound = std::min(config_.backoff_min, config_.backoff_max);
  for (std::uint32_t i = 1; i < failures_ && bound < config_.backoff_max; ++i) {
    bound = std::min(bound * 2, config_.backoff_max);
  }
  return Duration(random_.between(bound.count() - bound.count() / 2, bound.count()));
}

}  // namespace client
