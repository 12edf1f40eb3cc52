// What SQLite doesn't tell: it takes a damaged frame of its write-ahead log for the log's end and forgets,
// without a word, every transaction behind it. Format: https://sqlite.org/fileformat2.html, section 4.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace store {

// What proves that a transaction which was acknowledged can't be read any more, as one line; nothing where
// the log is whole, or torn as a crash tears it: only within the last transaction, since each is synced
// before the next begins.
//
// `wal` is the whole file, as SQLite left it, before anybody opens it. Requires that all frames of one
// generation (one pair of salts) come from one run and that no transaction leaves frames but by committing,
// as store.cpp sees to.
std::optional<std::string> rot_of_wal(std::string_view wal);

}  // namespace store
