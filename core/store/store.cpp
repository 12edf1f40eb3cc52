#include "core/store/store.hpp"

#include <sqlite3.h>

#include "core/base/check.hpp"
#include "core/store/folder.hpp"
#include "core/store/load.hpp"
#include "core/store/making.hpp"
#include "core/store/wal_scan.hpp"
#include "core/store/writer.hpp"

namespace store {
namespace {

std::optional<Failure> check_wal(Files& files, const std::string& folder) {
  const auto path = wal_path(folder);
  const auto wal = read_file(files, path);
  if (const auto* failure = std::get_if<Failure>(&wal)) return *failure;
  const auto rot = rot_of_wal(std::get<std::string>(wal));
  if (!rot) return std::nullopt;
  return damage_failure(path, *rot);
}

// Of the disk, amply: a row's share of pages, and of the log's frames.
std::uint64_t bytes_for(const raft::Write& write) {
  std::uint64_t bytes = 0;
  for (const auto& part : write.parts) bytes += 16384 + 2 * part.bytes.size();
  for (const auto& entry : write.entries) {
    bytes += 256;
    if (const auto* command = std::get_if<raft::Command>(&entry.payload)) bytes += 2 * command->bytes.size();
  }
  return bytes;
}

}  // namespace

struct Store::Impl {
  Impl(std::string where, Options how, FolderLock held)
      : folder(std::move(where)),
        options(std::move(how)),
        boot_id(options.files->boot_id()),
        lock(std::move(held)),
        database(database_path(folder), Database::Mode::open, options.files->vfs()) {}

  std::string folder;
  Options options;
  std::string boot_id;
  FolderLock lock;
  Database database;
  Meta meta;
  std::optional<raft::Recovered> found;  // until it is handed out
  std::optional<Writer> writer;
  std::optional<Failure> failed;

  // Answers what is wrong with what is there.
  std::optional<Failure> open() {
    prepare_for_writing(database);
    auto loaded = load(database, folder);
    if (auto* failure = std::get_if<Failure>(&loaded)) {
      database.abandon();
      return std::move(*failure);
    }
    auto& contents = std::get<Contents>(loaded);
    // A new generation of the log: what a torn tail left behind never meets what is written from now on.
    database.checkpoint(true);
    writer.emplace(database, contents.state, contents.snapshot);
    writer->tidy();
    meta = std::move(contents.meta);
    found = raft::Recovered{contents.state.hard_state, std::move(contents.snapshot.meta),
                            std::move(contents.entries), std::move(contents.pieces)};
    return leave_identity(*options.files, folder, meta.identity);
  }

  std::optional<Failure> no_room_for(std::span<const raft::Write> writes) const {
    const auto free = options.files->free_bytes(folder);
    auto needed = options.reserve_bytes;
    for (const auto& write : writes) needed += bytes_for(write);
    if (free >= needed) return std::nullopt;
    return Failure{Fault::disk, "disk full: " + folder + " has " + std::to_string(free) + " bytes free, " +
                                    std::to_string(needed) + " needed"};
  }

  Failure fail(Failure failure, bool leaves_mark) {
    if (leaves_mark) leave_mark(*options.files, folder, boot_id, failure.message);
    database.abandon();
    failed = failure;
    return failure;
  }

  template <class Work>
  std::optional<Failure> attempt(Work work) {
    if (failed) return failed;
    try {
      work();
      return std::nullopt;
    } catch (const SqliteError& error) {
      return fail(failure_of(error, folder), error.primary_code() != SQLITE_FULL);
    }
  }
};

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::~Store() = default;

bool Store::exists(const std::string& folder, const Options& options) {
  return options.files->exists(database_path(folder));
}

std::optional<Failure> Store::check_unused(const std::string& folder, const Options& options) {
  if (exists(folder, options)) return Failure{Fault::identity, folder + " already holds a store"};
  return check_not_forgotten(*options.files, folder);
}

std::variant<std::unique_ptr<Store>, Failure> Store::create(const std::string& folder,
                                                            const Identity& identity,
                                                            const raft::Configuration& initial,
                                                            const Options& options) {
  auto& files = *options.files;
  if (auto failure = make_folder(files, folder)) return *failure;
  {
    auto lock = lock_folder(files, folder);
    if (auto* failure = std::get_if<Failure>(&lock)) return std::move(*failure);
    if (auto failure = check_unused(folder, options)) return *failure;
    const Meta meta{identity, {identity.cluster, initial}};
    if (auto failure = make_database(files, folder, meta)) return *failure;
  }
  return open(folder, options);
}

std::variant<std::unique_ptr<Store>, Failure> Store::open(const std::string& folder, const Options& options) {
  auto& files = *options.files;
  if (!exists(folder, options)) return Failure{Fault::absent, folder + " holds no store"};
  auto lock = lock_folder(files, folder);
  if (auto* failure = std::get_if<Failure>(&lock)) return std::move(*failure);
  if (auto failure = check_mark(files, folder, files.boot_id())) return *failure;
  if (auto failure = check_wal(files, folder)) return *failure;
  try {
    auto impl = std::make_unique<Impl>(folder, options, std::get<FolderLock>(std::move(lock)));
    if (auto failure = impl->open()) return *failure;
    return std::unique_ptr<Store>(new Store(std::move(impl)));
  } catch (const SqliteError& error) {
    return failure_of(error, folder);
  }
}

const Identity& Store::identity() const {
  return impl_->meta.identity;
}

const Origin& Store::origin() const {
  return impl_->meta.origin;
}

raft::Recovered Store::recover() {
  CHECK(impl_->found);
  auto found = std::move(*impl_->found);
  impl_->found.reset();
  return found;
}

std::optional<Failure> Store::write(std::span<const raft::Write> writes) {
  if (impl_->failed) return impl_->failed;
  if (auto failure = impl_->no_room_for(writes)) return impl_->fail(*failure, false);
  return impl_->attempt([&] {
    if (impl_->database.wal_pages() >= 4 * impl_->options.checkpoint_pages) impl_->database.checkpoint(false);
    impl_->writer->carry_out(writes);
  });
}

std::optional<Failure> Store::refound(base::ClusterId cluster, const raft::Write& write) {
  if (impl_->failed) return impl_->failed;
  if (auto failure = impl_->no_room_for({&write, 1})) return impl_->fail(*failure, false);
  return impl_->attempt([&] {
    Meta meta = impl_->meta;
    meta.identity.cluster = cluster;
    impl_->writer->carry_out(write, meta);
    impl_->meta = std::move(meta);
    // For people; what fails here is made good when the store is opened.
    (void)leave_identity(*impl_->options.files, impl_->folder, impl_->meta.identity);
  });
}

std::optional<Failure> Store::checkpoint() {
  return impl_->attempt([&] {
    if (impl_->database.wal_pages() >= impl_->options.checkpoint_pages) impl_->database.checkpoint(false);
  });
}

}  // namespace store
