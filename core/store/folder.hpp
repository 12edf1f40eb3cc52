// The directory around the database, and the small files in it.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "core/store/files.hpp"
#include "core/store/store.hpp"

namespace store {

std::string database_path(const std::string& folder);
std::string wal_path(const std::string& folder);

Failure disk_failure(const std::string& what, const std::string& path, int error);
// Says the way out as well.
Failure damage_failure(const std::string& path, const std::string& what);

using FolderLock = std::unique_ptr<Files::Lock>;
// Held while the process works in the folder.
std::variant<FolderLock, Failure> lock_folder(Files& files, const std::string& folder);

// Makes the folder where it is missing; its parent must be there.
std::optional<Failure> make_folder(Files& files, const std::string& folder);
std::optional<Failure> sync_folder(Files& files, const std::string& folder);
// A missing file is empty.
std::variant<std::string, Failure> read_file(Files& files, const std::string& path);

// For people, and for check_not_forgotten: who works here, in a file beside the database.
std::optional<Failure> leave_identity(Files& files, const std::string& folder, const Identity& identity);
// Where that file is and no database, a server's votes were lost with it.
std::optional<Failure> check_not_forgotten(Files& files, const std::string& folder);

// The mark that a sync failed here. The page cache may show what the disk doesn't hold, so within the same
// start of the machine the folder isn't opened again, except once an operator has removed the mark.
std::string mark_path(const std::string& folder);
void leave_mark(Files& files, const std::string& folder, const std::string& boot_id, const std::string& why);
// Removes the mark of an earlier start of the machine.
std::optional<Failure> check_mark(Files& files, const std::string& folder, const std::string& boot_id);

}  // namespace store
