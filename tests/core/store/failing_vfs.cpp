#include "tests/core/store/failing_vfs.hpp"

#include <algorithm>
#include <list>
#include <optional>
#include <sqlite3.h>

namespace store::failing_vfs {
namespace {

// The default file system gives files of different kinds (locked or not) different methods.
struct Methods {
  sqlite3_io_methods failing{};
  const sqlite3_io_methods* real = nullptr;
};

Trouble trouble = Trouble::none;
sqlite3_vfs* real_vfs = nullptr;
sqlite3_vfs vfs;
std::list<Methods> kinds;

const sqlite3_io_methods& real_methods(const sqlite3_file* file) {
  return *std::find_if(kinds.begin(), kinds.end(), [&](const auto& kind) {
            return &kind.failing == file->pMethods;
          })->real;
}

// Calls until the one that fails; nothing while none is to.
std::optional<int> calls_left;
Then afterwards = Then::works_again;

bool fails_now() {
  if (!calls_left) return false;
  if (*calls_left > -1) --*calls_left;
  return *calls_left == 0 || (*calls_left < 0 && afterwards == Then::stays_dead);
}

int sync(sqlite3_file* file, int flags) {
  if (trouble == Trouble::sync_fails || fails_now()) return SQLITE_IOERR_FSYNC;
  return calls_left ? SQLITE_OK : real_methods(file).xSync(file, flags);
}

int write(sqlite3_file* file, const void* data, int bytes, sqlite3_int64 offset) {
  if (trouble == Trouble::disk_is_full) return SQLITE_FULL;
  if (fails_now()) return SQLITE_IOERR_WRITE;
  return real_methods(file).xWrite(file, data, bytes, offset);
}

int truncate(sqlite3_file* file, sqlite3_int64 size) {
  return fails_now() ? SQLITE_IOERR_TRUNCATE : real_methods(file).xTruncate(file, size);
}

int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* flags_out) {
  const int result = real_vfs->xOpen(real_vfs, name, file, flags, flags_out);
  if (result != SQLITE_OK) return result;
  auto kind =
      std::find_if(kinds.begin(), kinds.end(), [&](const auto& k) { return k.real == file->pMethods; });
  if (kind == kinds.end()) {
    kind = kinds.insert(kinds.end(), Methods{*file->pMethods, file->pMethods});
    kind->failing.xSync = sync;
    kind->failing.xWrite = write;
    kind->failing.xTruncate = truncate;
  }
  file->pMethods = &kind->failing;
  return result;
}

}  // namespace

void install() {
  if (real_vfs) return;
  real_vfs = sqlite3_vfs_find(nullptr);
  vfs = *real_vfs;
  vfs.pNext = nullptr;
  vfs.zName = kName;
  vfs.xOpen = open;
  sqlite3_vfs_register(&vfs, 0);
}

void set(Trouble now) {
  trouble = now;
}

void fail_at(int n, Then then) {
  calls_left = n;
  afterwards = then;
}

bool has_failed() {
  const bool failed = calls_left && *calls_left <= 0;
  calls_left.reset();
  return failed;
}

}  // namespace store::failing_vfs
