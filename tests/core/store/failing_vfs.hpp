// SQLite's default file system with a switch: from then on syncs fail, or writes find the disk full.
#pragma once

namespace store::failing_vfs {

constexpr const char* kName = "failing";

enum class Trouble { none, sync_fails, disk_is_full };

// Before the first use; again does nothing.
void install();
void set(Trouble trouble);

}  // namespace store::failing_vfs
