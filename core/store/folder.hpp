// The directory around the database: what the operating system is asked beside SQLite.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "core/store/store.hpp"

namespace store {

std::string database_path(const std::string& folder);
std::string wal_path(const std::string& folder);

Failure disk_failure(const std::string& what, const std::string& path, int error);
// Says the way out as well.
Failure damage_failure(const std::string& path, const std::string& what);

// Held while the process works in the folder; given up by its end at the latest.
class FolderLock {
 public:
  static std::variant<FolderLock, Failure> take(const std::string& folder);
  FolderLock(FolderLock&& other) noexcept : descriptor_(other.descriptor_) { other.descriptor_ = -1; }
  FolderLock& operator=(FolderLock&&) = delete;
  ~FolderLock();

 private:
  explicit FolderLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

// Makes the folder where it is missing; its parent must be there.
std::optional<Failure> make_folder(const std::string& folder);
// A new name in the folder survives a crash only after this.
std::optional<Failure> sync_folder(const std::string& folder);
// A missing file is empty.
std::variant<std::string, Failure> read_file(const std::string& path);
bool file_exists(const std::string& path);
std::uint64_t free_bytes(const std::string& folder);

// For people, and for check_not_forgotten: who works here, in a file beside the database.
std::optional<Failure> leave_identity(const std::string& folder, const Identity& identity);
// Where that file is and no database, a server's votes were lost with it.
std::optional<Failure> check_not_forgotten(const std::string& folder);

// The mark that a sync failed here. The page cache may show what the disk doesn't hold, so within the same
// start of the machine the folder isn't opened again, except once an operator has removed the mark.
void leave_mark(const std::string& folder, const std::string& boot_id, const std::string& why);
// Removes the mark of an earlier start of the machine.
std::optional<Failure> check_mark(const std::string& folder, const std::string& boot_id);
std::string current_boot_id();

}  // namespace store
