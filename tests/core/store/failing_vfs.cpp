#include "tests/core/store/failing_vfs.hpp"

#include <algorithm>
#include <list>
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

int sync(sqlite3_file* file, int flags) {
  return trouble == Trouble::sync_fails ? SQLITE_IOERR_FSYNC : real_methods(file).xSync(file, flags);
}

int write(sqlite3_file* file, const void* data, int bytes, sqlite3_int64 offset) {
  return trouble == Trouble::disk_is_full ? SQLITE_FULL
                                          : real_methods(file).xWrite(file, data, bytes, offset);
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

}  // namespace store::failing_vfs
