#include "sim/files.hpp"

#include <algorithm>
#include <cerrno>

namespace sim {

namespace {

class NoLock final : public store::Files::Lock {};

bool covers(const std::pair<std::uint64_t, std::uint64_t>& range, std::uint64_t offset) {
  return offset >= range.first && offset - range.first < range.second;
}

void write_into(std::string& into, std::uint64_t offset, std::string_view bytes) {
  if (into.size() < offset + bytes.size()) into.resize(offset + bytes.size(), '\0');
  into.replace(offset, bytes.size(), bytes);
}

// What is written is whole again.
void store_into(Files::Inode& inode, std::uint64_t offset, std::string_view bytes) {
  write_into(inode.synced, offset, bytes);
  std::erase_if(inode.rotten, [&](std::uint64_t at) { return covers({offset, bytes.size()}, at); });
}

void carry_out(Files::Inode& inode, const Files::Inode::Change& change) {
  if (!change.truncates) return store_into(inode, change.offset, change.bytes);
  inode.synced.resize(change.offset, '\0');
  std::erase_if(inode.rotten, [&](std::uint64_t at) { return at >= change.offset; });
}

std::string file_name(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

}  // namespace

Files::Files(const DiskFaults& faults, const DiskTroubles& troubles, Coverage& coverage, Draws& draws)
    : faults_(faults), troubles_(troubles), coverage_(coverage), draws_(draws) {}

bool Files::call_begins() {
  if (!on_ || dead_) return false;
  if (spared_) return true;
  if (draws_.chance(faults_.power_cut, FaultSite::power_cut)) {
    count(coverage_, "power_cuts");
    on_ = false;
  }
  if (calls_left_ && --*calls_left_ == 0) end_process();
  return on_ && !dead_;
}

bool Files::strikes(FaultSite site, std::uint32_t ppm, bool always, const char* counter) {
  if (spared_) return false;
  const bool drawn = draws_.chance(ppm, site);
  if (!drawn && !always) return false;
  count(coverage_, counter);
  return true;
}

Files::File Files::open(const std::string& path, bool create) {
  const auto name = file_name(path);
  if (!call_begins()) return nullptr;
  const auto known = names_.find(name);
  if (known != names_.end()) return known->second;
  if (!create) return nullptr;
  put({{name, std::make_shared<Inode>()}});
  return names_.at(name);
}

bool Files::read_at(const File& file, std::uint64_t offset, std::size_t bytes, std::string& into) {
  if (!call_begins()) return false;
  if (strikes(FaultSite::read_error, faults_.read_error, troubles_.fail_reads > 0, "reads_failed"))
    return false;
  into = offset < file->content.size() ? file->content.substr(offset, bytes) : std::string();
  return true;
}

Written Files::write_at(const File& file, std::uint64_t offset, std::string_view bytes) {
  if (!call_begins()) return Written::failed;
  const auto end = offset + bytes.size();
  if (end > file->content.size() && end - file->content.size() > free_bytes("")) return Written::full;
  const bool fails =
      strikes(FaultSite::write_error, faults_.write_error, troubles_.fail_writes > 0, "writes_failed");
  // As far as it came, by whole sectors.
  if (fails) {
    const auto reached = (offset + bytes.size() / 2) / kSectorBytes * kSectorBytes;
    bytes = bytes.substr(0, reached > offset ? reached - offset : 0);
  }
  write_into(file->content, offset, bytes);
  file->unsynced.push_back({offset, std::string(bytes), false});
  return fails ? Written::failed : Written::done;
}

bool Files::truncate(const File& file, std::uint64_t size) {
  if (!call_begins()) return false;
  if (strikes(FaultSite::write_error, faults_.write_error, troubles_.fail_writes > 0, "writes_failed"))
    return false;
  file->content.resize(size, '\0');
  file->unsynced.push_back({size, {}, true});
  return true;
}

bool Files::sync(const File& file) {
  if (!call_begins()) return false;
  if (strikes(FaultSite::sync_error, faults_.sync_error, troubles_.fail_syncs > 0, "syncs_failed")) {
    // The operating system takes it for written from now on, and goes on showing it.
    settle(*file);
    return false;
  }
  if (!file->unsynced.empty()) age(*file);
  return true;
}

void Files::age(Inode& inode) {
  const auto former = std::exchange(inode.last_synced, {});
  for (const auto& change : std::exchange(inode.unsynced, {})) {
    carry_out(inode, change);
    if (!change.truncates) inode.last_synced.emplace_back(change.offset, change.bytes.size());
  }
  for (const auto& [offset, length] : former) {
    if (!lets_rot_ || !draws_.chance(faults_.rot, FaultSite::rot) || (may_rot_ && !may_rot_())) continue;
    rot_at(inode, offset + draws_.below(length));
  }
}

void Files::rot_at(Inode& inode, std::uint64_t offset) {
  const auto spared = [&](const auto& range) { return covers(range, offset); };
  if (offset >= inode.synced.size() || std::ranges::any_of(inode.last_synced, spared)) return;
  inode.synced[offset] = static_cast<char>(inode.synced[offset] ^ 1 << draws_.below(8));
  inode.rotten.push_back(offset);
  count(coverage_, "pages_rotten");
  if (rotted_) rotted_();
}

void Files::rot_somewhere() {
  std::vector<File> files;
  for (const auto& [name, file] : synced_names_) {
    if (name.starts_with("lockd.db") && !file->synced.empty()) files.push_back(file);
  }
  if (files.empty() || (may_rot_ && !may_rot_())) return;
  auto& inode = *files[draws_.below(files.size())];
  rot_at(inode, draws_.below(inode.synced.size()));
}

void Files::forget_rot() {
  for (const auto& [name, file] : synced_names_) {
    std::erase_if(file->rotten, [&, &inode = *file](std::uint64_t at) {
      return at < inode.content.size() && at < inode.synced.size() && inode.content[at] == inode.synced[at];
    });
  }
}

bool Files::is_rotten() const {
  return std::ranges::any_of(synced_names_, [](const auto& named) { return !named.second->rotten.empty(); });
}

bool Files::is_lost() {
  const bool drawn = draws_.chance(faults_.lost, FaultSite::lost);
  return drawn || troubles_.lost > 0;
}

void Files::tear(Inode& inode, const Inode::Change& change) {
  std::string_view left = change.bytes;
  for (auto offset = change.offset; !left.empty();) {
    const auto sector = std::min<std::size_t>(left.size(), kSectorBytes - offset % kSectorBytes);
    if (draws_.below(2) == 0) {
      store_into(inode, offset, left.substr(0, sector));
    } else {
      count(coverage_, "sectors_torn");
    }
    offset += sector;
    left.remove_prefix(sector);
  }
}

void Files::settle(Inode& inode) {
  for (const auto& change : std::exchange(inode.unsynced, {})) {
    const bool lost = is_lost();
    const bool torn = draws_.chance(faults_.torn, FaultSite::torn) || troubles_.torn > 0;
    if (lost && (troubles_.torn == 0 || change.truncates)) {
      count(coverage_, "sectors_lost", (change.bytes.size() + kSectorBytes - 1) / kSectorBytes);
    } else if (torn && !change.truncates) {
      tear(inode, change);
    } else {
      carry_out(inode, change);
    }
  }
}

void Files::settle_names() {
  for (const auto& change : std::exchange(unsynced_names_, {})) {
    if (is_lost()) continue;
    for (const auto& [name, file] : change) {
      if (file) {
        synced_names_[name] = file;
      } else {
        synced_names_.erase(name);
      }
    }
  }
}

void Files::start_process() {
  dead_ = false;
  calls_left_.reset();
}

void Files::lose_power() {
  on_ = false;
  std::vector<File> files;
  for (const auto& [name, file] : names_) files.push_back(file);
  settle_names();
  for (const auto& [name, file] : synced_names_) {
    if (std::ranges::find(files, file) == files.end()) files.push_back(file);
  }
  for (const auto& file : files) settle(*file);
  if (std::exchange(rots_later_, false)) rot_somewhere();
  for (const auto& file : files) file->content = file->synced;
  names_ = synced_names_;
}

void Files::boot() {
  on_ = true;
  ++boots_;
  start_process();
}

void Files::clear() {
  names_.clear();
  synced_names_.clear();
  unsynced_names_.clear();
  rots_later_ = false;
  boot();
}

void Files::put(NameChange change) {
  for (const auto& [name, file] : change) {
    if (file) {
      names_[name] = file;
    } else {
      names_.erase(name);
    }
  }
  unsynced_names_.push_back(std::move(change));
}

std::uint64_t Files::used() const {
  std::uint64_t bytes = 0;
  for (const auto& [name, file] : names_) bytes += file->content.size();
  return bytes;
}

std::uint64_t Files::free_bytes(const std::string&) {
  if (troubles_.full > 0 && !spared_) return 0;
  if (!faults_.full_at || spared_) return ~std::uint64_t{0};
  const auto bytes = used();
  return *faults_.full_at > bytes ? *faults_.full_at - bytes : 0;
}

bool Files::exists(const std::string& path) {
  return call_begins() && names_.contains(file_name(path));
}

// There is but one folder, and it has always been there.
int Files::make_folder(const std::string&) {
  return call_begins() ? 0 : EIO;
}

int Files::sync_folder(const std::string&) {
  if (!call_begins()) return EIO;
  if (strikes(FaultSite::sync_error, faults_.sync_error, troubles_.fail_syncs > 0, "syncs_failed")) {
    settle_names();
    return EIO;
  }
  synced_names_ = names_;
  unsynced_names_.clear();
  return 0;
}

std::variant<std::unique_ptr<store::Files::Lock>, int> Files::lock(const std::string& path) {
  if (!open(path, true)) return EIO;
  return std::make_unique<NoLock>();
}

int Files::read(const std::string& path, std::string& into) {
  if (!exists(path)) return on_ && !dead_ ? ENOENT : EIO;
  const auto file = names_.at(file_name(path));
  return read_at(file, 0, file->content.size(), into) ? 0 : EIO;
}

int Files::write(const std::string& path, const std::string& content) {
  const auto file = open(path, true);
  if (!file || !truncate(file, 0)) return EIO;
  const auto written = write_at(file, 0, content);
  if (written != Written::done) return written == Written::full ? ENOSPC : EIO;
  return sync(file) ? 0 : EIO;
}

int Files::rename(const std::string& from, const std::string& to) {
  if (!exists(from)) return on_ && !dead_ ? ENOENT : EIO;
  put({{file_name(to), names_.at(file_name(from))}, {file_name(from), nullptr}});
  return 0;
}

int Files::remove(const std::string& path) {
  if (!exists(path)) return on_ && !dead_ ? ENOENT : EIO;
  put({{file_name(path), nullptr}});
  return 0;
}

}  // namespace sim
