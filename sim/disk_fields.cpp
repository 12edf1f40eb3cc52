#include "sim/disk_fields.hpp"

namespace sim {

namespace {

using How = DiskAction::How;

constexpr const char* kNeedsSqlite =
    "needs \"store\": \"sqlite\": in memory a write is there whole or not at all";
constexpr std::int64_t kLeastBytes = 256 << 10, kMostBytes = std::int64_t{1} << 40;

const std::vector<std::pair<std::string, How>>& ways() {
  static const std::vector<std::pair<std::string, How>> ways = {{"slow", How::slow},
                                                                {"full", How::full},
                                                                {"fail_reads", How::fail_reads},
                                                                {"fail_writes", How::fail_writes},
                                                                {"fail_syncs", How::fail_syncs},
                                                                {"rot", How::rot},
                                                                {"torn", How::torn},
                                                                {"lost", How::lost}};
  return ways;
}

}  // namespace

void read_disk(const Field& field, StoreKind store, DiskFaults& faults) {
  field.only({"latency", "lost", "torn", "rot", "read_error", "write_error", "fsync_error", "power_cut",
              "full_at", "budget"});
  if (const auto f = field.find("latency")) faults.latency_ns = f->durations();
  const auto rate = [&](const char* key, std::uint32_t& into, bool files_only) {
    const auto f = field.find(key);
    if (!f) return;
    into = f->ppm();
    if (files_only && store == StoreKind::memory) f->fail(kNeedsSqlite);
  };
  rate("lost", faults.lost, false);
  rate("torn", faults.torn, true);
  rate("rot", faults.rot, false);
  rate("read_error", faults.read_error, false);
  rate("write_error", faults.write_error, false);
  rate("fsync_error", faults.sync_error, false);
  rate("power_cut", faults.power_cut, true);
  if (const auto f = field.find("full_at"))
    faults.full_at = static_cast<std::uint64_t>(f->integer(kLeastBytes, kMostBytes));
  if (const auto f = field.find("budget"))
    faults.recoverable = f->name("budget", {"recoverable", "none"}) == "recoverable";
}

DiskAction read_disk_action(const Field& field, std::vector<std::string>& keys) {
  DiskAction action;
  keys.emplace_back("how");
  std::vector<std::string> names;
  for (const auto& way : ways()) names.push_back(way.first);
  const auto f = field.need("how");
  if (!f) return action;
  const auto name = f->name("way of failing", names);
  for (const auto& way : ways()) {
    if (way.first == name) action.how = way.second;
  }
  return action;
}

void check_disk_action(const Field& field, StoreKind store, const DiskAction& action) {
  if (action.how == How::torn && store == StoreKind::memory) return field.find("how")->fail(kNeedsSqlite);
  const auto lasts = field.find("for");
  if (action.how == How::rot && lasts) lasts->fail("what has rotted stays so: 'for' says nothing here");
  if (action.how != How::rot && !lasts) field.fail("'for' is missing: a disk's trouble ends");
}

}  // namespace sim
