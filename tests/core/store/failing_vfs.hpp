// SQLite's default file system with a switch: from then on syncs fail, or writes find the disk full.
#pragma once

namespace store::failing_vfs {

constexpr const char* kName = "failing";

enum class Trouble { none, sync_fails, disk_is_full };

// Before the first use; again does nothing.
void install();
void set(Trouble trouble);

// Whether the disk comes back after the call that fails. One that doesn't leaves what a crash of the process
// at that moment does.
enum class Then { works_again, stays_dead };
// The n-th call from now that changes something fails, counted from 1; syncs cost nothing from now on.
void fail_at(int n, Then then);
// Whether it has; no call fails any more.
bool has_failed();

}  // namespace store::failing_vfs
