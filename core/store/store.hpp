// A server's durable log, snapshot and identity in one SQLite database. Synchronous; knows no thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/base/result.hpp"
#include "core/raft/types.hpp"
#include "core/store/files.hpp"

namespace store {

constexpr int kFormatVersion = 2;

// Whose data a folder holds. Set when it is made; the cluster changes only by refound().
struct Identity {
  base::ClusterId cluster;
  base::NodeId node;
  std::string address;  // host:port at which the other servers reach it
  bool operator==(const Identity&) const = default;
};

// What a store was made with, kept for ever: to tell whether the same words made it.
struct Origin {
  base::ClusterId cluster;
  raft::Configuration configuration;  // no members: of a server that was to join
  bool operator==(const Origin&) const = default;
};

// Why a store can't be opened or written, as a program's exit code will tell it.
enum class Fault {
  damaged,   // what is there is not what was written: 65
  disk,      // the operating system refuses: no space, no permission, I/O error: 74
  identity,  // another cluster's, another node's, or another format's: 78
  absent,    // nothing there, and it was not to be made: 78
  busy,      // another process has it open: 74
};
struct Failure {
  Fault fault;
  std::string message;
};

struct Options {
  // A write that would leave less than this free is refused before it is tried.
  std::uint64_t reserve_bytes = 16u << 20;
  std::shared_ptr<Files> files = std::make_shared<OsFiles>();
  // checkpoint() does nothing while the write-ahead log is shorter than this.
  int checkpoint_pages = 1000;
};

class Store {
 public:
  // Makes the store of a new server: `initial` is what its cluster is bootstrapped with, or has no members
  // where the server joins one. The folder may exist; see check_unused.
  static std::variant<std::unique_ptr<Store>, Failure> create(const std::string& folder,
                                                              const Identity& identity,
                                                              const raft::Configuration& initial,
                                                              const Options& options = {});
  // Opens what is there, checking format, checksums and gaps.
  static std::variant<std::unique_ptr<Store>, Failure> open(const std::string& folder,
                                                            const Options& options = {});
  // Whether the folder holds a store. One whose making was interrupted is none.
  static bool exists(const std::string& folder, const Options& options = {});
  // Why no store can be made there: it holds one, or what is left of one. The server of the latter has
  // forgotten its votes and must not come back under its id. A missing folder is unused.
  static std::optional<Failure> check_unused(const std::string& folder, const Options& options = {});

  ~Store();

  const Identity& identity() const;
  const Origin& origin() const;
  // What was found when the store was opened. Once: the store keeps nothing of it.
  raft::Recovered recover();
  // Makes the writes durable, all or none, in order. After a failure the store refuses everything.
  std::optional<Failure> write(std::span<const raft::Write> writes);
  // The same for one write that also makes the store another cluster's.
  std::optional<Failure> refound(base::ClusterId cluster, const raft::Write& write);
  // Moves what the write-ahead log holds into the database, once it is long enough to be worth it. Call it
  // after a write has been acknowledged, so that nobody waits for it; a store whose owner forgets to is
  // checkpointed within write(), later. Fails as write() does.
  std::optional<Failure> checkpoint();

 private:
  struct Impl;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace store
