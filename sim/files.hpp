// The files of one simulated machine: what is synced stays, and what is not is forgotten at a loss of power,
// or half of it. One folder, whatever paths say before the last slash.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/store/files.hpp"
#include "sim/coverage.hpp"
#include "sim/disk_faults.hpp"
#include "sim/draws.hpp"

namespace sim {

// The unit that a disk writes whole or not at all.
constexpr std::size_t kSectorBytes = 512;

enum class Written { done, failed, full };

class Files final : public store::Files {
 public:
  // A file, by whatever name. Reads see `content`; `synced` is what the disk holds for certain.
  struct Inode {
    struct Change {
      std::uint64_t offset = 0;
      std::string bytes;
      bool truncates = false;  // to `offset`
    };
    std::string content;
    std::string synced;
    std::vector<Change> unsynced;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> last_synced;  // offset, length: may not rot yet
    std::vector<std::uint64_t> rotten;                                 // where, of `synced`
  };
  using File = std::shared_ptr<Inode>;

  Files(const DiskFaults& faults, const DiskTroubles& troubles, Coverage& coverage, Draws& draws);

  // The name under which SQLite finds these files.
  void shown_as(std::string vfs) { vfs_ = std::move(vfs); }

  // What SQLite asks (vfs.cpp). False: the call fails.
  File open(const std::string& path, bool create);
  bool read_at(const File& file, std::uint64_t offset, std::size_t bytes, std::string& into);
  Written write_at(const File& file, std::uint64_t offset, std::string_view bytes);
  bool truncate(const File& file, std::uint64_t size);
  bool sync(const File& file);

  // The process is gone: every call that is still to come fails. What it has written is there.
  void end_process() { dead_ = true; }
  // … in the n-th call from now, counted from 1.
  void end_process_at(std::uint64_t call) { calls_left_ = call; }
  void start_process();
  // No call fails meanwhile.
  void spare(bool spared) { spared_ = spared; }
  // What was not synced is kept, lost or torn as the faults say, and every call fails until boot().
  void lose_power();
  // Whether the power is there.
  bool is_on() const { return on_; }
  // Another start of the machine. Requires lose_power().
  void boot();
  // Another disk, with nothing on it.
  void clear();

  // Whether what may rot, may: unset, always.
  void may_rot(std::function<bool()> budget) { may_rot_ = std::move(budget); }
  // Is told whenever it does.
  void on_rot(std::function<void()> rotted) { rotted_ = std::move(rotted); }
  // At the next loss of power: one bit of what is synced, anywhere but where the newest sync of a file went.
  void rot_later() { rots_later_ = true; }
  // Whether rot may strike.
  void let_rot(bool may) { lets_rot_ = may; }
  // What is left of it is known to do no harm.
  void forget_rot();
  // Whether any bit that rotted is still there.
  bool is_rotten() const;

  // store::Files
  std::string vfs() const override { return vfs_; }
  std::string boot_id() override { return "boot " + std::to_string(boots_); }
  std::uint64_t free_bytes(const std::string& folder) override;
  bool exists(const std::string& path) override;
  int make_folder(const std::string& path) override;
  int sync_folder(const std::string& path) override;
  std::variant<std::unique_ptr<Lock>, int> lock(const std::string& path) override;
  int read(const std::string& path, std::string& into) override;
  int write(const std::string& path, const std::string& content) override;
  int rename(const std::string& from, const std::string& to) override;
  int remove(const std::string& path) override;

 private:
  using Names = std::map<std::string, File>;
  // To names: nothing or a file for each.
  using NameChange = std::vector<std::pair<std::string, File>>;

  // Whether the machine still carries calls out; counts this one.
  bool call_begins();
  bool strikes(FaultSite site, std::uint32_t ppm, bool always, const char* counter);
  bool is_lost();
  void put(NameChange change);
  // What was not synced meets its fate.
  void settle(Inode& inode);
  void settle_names();
  void tear(Inode& inode, const Inode::Change& change);
  // A sync went well: what the one before it wrote may rot.
  void age(Inode& inode);
  void rot_at(Inode& inode, std::uint64_t offset);
  void rot_somewhere();
  std::uint64_t used() const;

  std::function<bool()> may_rot_;
  std::function<void()> rotted_;
  const DiskFaults& faults_;
  const DiskTroubles& troubles_;
  Coverage& coverage_;
  Draws& draws_;
  std::string vfs_;
  Names names_;
  Names synced_names_;
  std::vector<NameChange> unsynced_names_;
  bool on_ = true;
  bool dead_ = false;
  bool spared_ = false;
  bool lets_rot_ = true;
  bool rots_later_ = false;
  std::optional<std::uint64_t> calls_left_;
  std::uint64_t boots_ = 1;
};

}  // namespace sim
