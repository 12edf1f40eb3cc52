#include "sim/vfs.hpp"

#include <cstring>
#include <new>
#include <sqlite3.h>

namespace sim {

namespace {

// Noon of some day: nothing that is judged hangs on it.
constexpr sqlite3_int64 kNoonMs = 212'000'000'000'000;
constexpr int kPageBytes = 4096;

Files& files_of(sqlite3_vfs* vfs) {
  return *static_cast<Files*>(vfs->pAppData);
}

// SQLite gives its place, and makes and unmakes it by these calls.
struct OpenFile {
  sqlite3_file base;  // first: SQLite knows no more of it
  Files* files;
  Files::File file;
  bool syncs_folder;  // a log or journal that may be new: with its first sync its name becomes durable, too
};

OpenFile& of(sqlite3_file* file) {
  return *reinterpret_cast<OpenFile*>(file);
}

int close(sqlite3_file* file) {
  of(file).~OpenFile();
  return SQLITE_OK;
}

int read(sqlite3_file* file, void* into, int bytes, sqlite3_int64 offset) {
  auto& open = of(file);
  std::string found;
  const auto wanted = static_cast<std::size_t>(bytes);
  if (!open.files->read_at(open.file, static_cast<std::uint64_t>(offset), wanted, found))
    return SQLITE_IOERR_READ;
  std::memcpy(into, found.data(), found.size());
  if (found.size() == wanted) return SQLITE_OK;
  std::memset(static_cast<char*>(into) + found.size(), 0, wanted - found.size());
  return SQLITE_IOERR_SHORT_READ;
}

int write(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 offset) {
  auto& open = of(file);
  const std::string_view content(static_cast<const char*>(bytes), static_cast<std::size_t>(count));
  switch (open.files->write_at(open.file, static_cast<std::uint64_t>(offset), content)) {
    case Written::done:
      return SQLITE_OK;
    case Written::failed:
      return SQLITE_IOERR_WRITE;
    case Written::full:
      return SQLITE_FULL;
  }
  return SQLITE_IOERR_WRITE;
}

int truncate(sqlite3_file* file, sqlite3_int64 size) {
  auto& open = of(file);
  return open.files->truncate(open.file, static_cast<std::uint64_t>(size)) ? SQLITE_OK
                                                                           : SQLITE_IOERR_TRUNCATE;
}

int sync(sqlite3_file* file, int) {
  auto& open = of(file);
  if (!open.files->sync(open.file)) return SQLITE_IOERR_FSYNC;
  if (!std::exchange(open.syncs_folder, false)) return SQLITE_OK;
  return open.files->sync_folder("") == 0 ? SQLITE_OK : SQLITE_IOERR_DIR_FSYNC;
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
  *size = static_cast<sqlite3_int64>(of(file).file->content.size());
  return SQLITE_OK;
}

// One process works here, as the folder's lock says.
int lock(sqlite3_file*, int) {
  return SQLITE_OK;
}
int check_reserved_lock(sqlite3_file*, int* held) {
  *held = 0;
  return SQLITE_OK;
}
int file_control(sqlite3_file*, int, void*) {
  return SQLITE_NOTFOUND;
}
int sector_size(sqlite3_file*) {
  return kPageBytes;
}
// As SQLite's own for Unix says: what a write doesn't touch it doesn't harm.
int device_characteristics(sqlite3_file*) {
  return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

constexpr sqlite3_io_methods methods() {
  sqlite3_io_methods all{};
  all.iVersion = 1;  // no shared memory, no mapping
  all.xClose = close;
  all.xRead = read;
  all.xWrite = write;
  all.xTruncate = truncate;
  all.xSync = sync;
  all.xFileSize = file_size;
  all.xLock = lock;
  all.xUnlock = lock;
  all.xCheckReservedLock = check_reserved_lock;
  all.xFileControl = file_control;
  all.xSectorSize = sector_size;
  all.xDeviceCharacteristics = device_characteristics;
  return all;
}

int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* place, int flags, int* flags_out) {
  static constexpr sqlite3_io_methods kMethods = methods();
  place->pMethods = nullptr;
  auto& files = files_of(vfs);
  // temp_store=MEMORY: nobody asks for a nameless file.
  if (!name) return SQLITE_CANTOPEN;
  const bool creates = (flags & SQLITE_OPEN_CREATE) != 0;
  auto file = files.open(name, creates);
  if (!file) return SQLITE_CANTOPEN;
  constexpr int kJournals = SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL;
  new (place) OpenFile{{&kMethods}, &files, std::move(file), creates && (flags & kJournals) != 0};
  if (flags_out) *flags_out = flags;
  return SQLITE_OK;
}

int remove(sqlite3_vfs* vfs, const char* name, int syncs_folder) {
  auto& files = files_of(vfs);
  if (!files.exists(name)) return SQLITE_IOERR_DELETE_NOENT;
  if (files.remove(name) != 0) return SQLITE_IOERR_DELETE;
  if (syncs_folder == 0) return SQLITE_OK;
  return files.sync_folder("") == 0 ? SQLITE_OK : SQLITE_IOERR_DIR_FSYNC;
}

int access(sqlite3_vfs* vfs, const char* name, int, int* answer) {
  *answer = files_of(vfs).exists(name) ? 1 : 0;
  return SQLITE_OK;
}

int full_path(sqlite3_vfs*, const char* name, int size, char* into) {
  sqlite3_snprintf(size, into, "%s", name);
  return SQLITE_OK;
}

// SQLite asks the default file system for what its generator starts from, never this one.
int no_randomness(sqlite3_vfs*, int bytes, char* into) {
  std::memset(into, 0, static_cast<std::size_t>(bytes));
  return bytes;
}

int sleep(sqlite3_vfs*, int) {
  return 0;
}
int time_of_day(sqlite3_vfs*, sqlite3_int64* ms) {
  *ms = kNoonMs;
  return SQLITE_OK;
}
int no_error(sqlite3_vfs*, int, char*) {
  return 0;
}

sqlite3_vfs made(const char* name, void* of_whom) {
  sqlite3_vfs vfs{};
  vfs.iVersion = 2;
  vfs.szOsFile = sizeof(OpenFile);
  vfs.mxPathname = 512;
  vfs.zName = name;
  vfs.pAppData = of_whom;
  vfs.xOpen = open;
  vfs.xDelete = remove;
  vfs.xAccess = access;
  vfs.xFullPathname = full_path;
  vfs.xRandomness = no_randomness;
  vfs.xSleep = sleep;
  vfs.xGetLastError = no_error;
  vfs.xCurrentTimeInt64 = time_of_day;
  return vfs;
}

}  // namespace

struct Vfs::Registered {
  std::string name;
  sqlite3_vfs vfs{};
};

Vfs::Vfs(Files& files) : registered_(std::make_unique<Registered>()) {
  auto& name = registered_->name;
  for (std::uint64_t number = 1; name.empty() || sqlite3_vfs_find(name.c_str()); ++number)
    name = "simulated " + std::to_string(number);
  registered_->vfs = made(name.c_str(), &files);
  sqlite3_vfs_register(&registered_->vfs, 0);
  files.shown_as(name);
}

Vfs::~Vfs() {
  sqlite3_vfs_unregister(&registered_->vfs);
}

void seed_sqlite(std::uint64_t seed) {
  sqlite3_vfs source = made("seed", &seed);
  source.xRandomness = [](sqlite3_vfs* vfs, int bytes, char* into) {
    base::Random random(*static_cast<std::uint64_t*>(vfs->pAppData));
    for (int i = 0; i < bytes; ++i) into[i] = static_cast<char>(random.next());
    return bytes;
  };
  sqlite3_vfs_register(&source, 1);
  char first = 0;
  sqlite3_randomness(0, nullptr);
  sqlite3_randomness(1, &first);
  sqlite3_vfs_unregister(&source);
}

}  // namespace sim
