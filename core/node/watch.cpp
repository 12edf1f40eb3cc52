#include "core/node/watch.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "core/base/check.hpp"

namespace node {
namespace {

// About what a change takes on the wire beside its texts.
constexpr std::size_t kOverhead = 48;

std::size_t size_of(const lock::Change& change) {
  return kOverhead + change.name.size() + change.what.size() + change.who.size() + change.detail.size();
}

bool covers(std::string_view watched, std::string_view name) {
  if (watched.empty()) return true;
  return watched.back() == '/' ? name.starts_with(watched) : name == watched;
}

}  // namespace

base::Status Watches::check(const lock::Watch& watch) {
  std::string_view name = watch.name;
  if (name.empty()) return base::Done{};
  if (name.back() == '/') name.remove_suffix(1);
  return lock::check_name(name);
}

void Watches::begin(std::uint64_t index) {
  CHECK(standing_.empty());
  past_.begin(index);
  told_ = index;
}

std::optional<lock::Changes> Watches::stand(Ticket ticket, const lock::Watch& watch) {
  // Another server may have told it more than has arrived here.
  const auto told = std::max(past_.through(), watch.since.value_or(0));
  const bool stands = standing_[watch.name].emplace(ticket, told).second;
  CHECK(stands);
  ++size_;
  return watch.since ? missed(watch.name, *watch.since) : std::nullopt;
}

void Watches::leave(Ticket ticket, const std::string& name) {
  const auto at = standing_.find(name);
  CHECK(at != standing_.end() && at->second.erase(ticket) == 1);
  --size_;
  if (at->second.empty()) standing_.erase(at);
}

std::vector<Ticket> Watches::bounce() {
  std::vector<Ticket> tickets;
  for (const auto& [name, standing] : std::exchange(standing_, {})) {
    for (const auto& [ticket, told] : standing) tickets.push_back(ticket);
  }
  size_ = 0;
  return tickets;
}

std::optional<lock::Changes> Watches::missed(std::string_view watched, std::uint64_t since) const {
  if (!past_.reaches(since)) return std::nullopt;
  lock::Changes missed{std::max(past_.through(), since), {}};
  std::size_t bytes = 0;
  for (auto at = past_.behind(since); at != past_.end(); ++at) {
    if (!covers(watched, *name_in(at->event))) continue;
    bytes += size_of(missed.changes.emplace_back(to_change(at->index, at->event)));
    if (bytes > message_bytes_) return std::nullopt;
  }
  return missed;
}

// Of what stands, in order, whatever something may have happened to since the last time.
std::vector<Watches::ByName::const_iterator> Watches::touched() const {
  std::vector<ByName::const_iterator> found;
  if (!past_.reaches(told_)) {
    for (auto at = standing_.begin(); at != standing_.end(); ++at) found.push_back(at);
    return found;
  }
  std::set<std::string_view> names;
  for (auto at = past_.behind(told_); at != past_.end(); ++at) {
    const std::string_view name = *name_in(at->event);
    names.insert(name);
    names.insert(std::string_view());
    for (auto slash = name.find('/'); slash != name.npos; slash = name.find('/', slash + 1)) {
      names.insert(name.substr(0, slash + 1));
    }
  }
  for (const auto name : names) {
    if (const auto at = standing_.find(name); at != standing_.end()) found.push_back(at);
  }
  return found;
}

std::vector<Watches::Told> Watches::tell() {
  std::vector<Told> out;
  const auto from = told_;
  const auto all = standing_.empty() ? std::vector<ByName::const_iterator>() : touched();
  told_ = past_.through();
  for (const auto& at : all) {
    // Whoever stood before shares one message; whoever came since has been told the beginning already.
    const auto shared = missed(at->first, from);
    for (const auto& [ticket, told] : at->second) {
      auto changes = told <= from ? shared : missed(at->first, told);
      if (changes && changes->changes.empty()) continue;
      out.push_back({ticket, at->first, std::move(changes)});
    }
  }
  return out;
}

}  // namespace node
