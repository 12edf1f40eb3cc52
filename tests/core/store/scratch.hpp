// What the tests of the store share: a folder of their own, and short ways to say writes.
#pragma once

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <utility>
#include <variant>
#include <vector>

#include "core/store/store.hpp"

namespace store {

class Scratch {
 public:
  Scratch() {
    std::string pattern = (std::filesystem::temp_directory_path() / "lockd-store-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~Scratch() { std::filesystem::remove_all(path_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  std::string folder(const std::string& name = "store") const { return path_ + "/" + name; }
  // The files as a crash of the process at this moment leaves them.
  std::string crashed_copy() const {
    const auto copy = folder("crashed");
    std::filesystem::remove_all(copy);
    std::filesystem::copy(folder(), copy);
    return copy;
  }

 private:
  std::string path_;
};

inline Identity some_identity() {
  return {base::ClusterId(77), base::NodeId(2), "b:2"};
}
inline raft::Configuration some_members() {
  return raft::bootstrap(3, {"a:1", "b:2", "[::1]:3"});
}

// The operating system's, but for what a test sets.
class TestFiles final : public OsFiles {
 public:
  std::string vfs() const override { return vfs_name; }
  std::string boot_id() override { return boot.empty() ? OsFiles::boot_id() : boot; }
  std::uint64_t free_bytes(const std::string& folder) override {
    return free ? *free : OsFiles::free_bytes(folder);
  }

  std::string vfs_name, boot;
  std::optional<std::uint64_t> free;
};

using Opened = std::variant<std::unique_ptr<Store>, Failure>;

inline std::unique_ptr<Store> must(Opened opened) {
  if (auto* failure = std::get_if<Failure>(&opened)) throw std::runtime_error(failure->message);
  return std::get<0>(std::move(opened));
}
// Expects a failure of that kind in one line; answers the line.
inline std::string refusal(const Opened& opened, Fault fault) {
  const auto* failure = std::get_if<Failure>(&opened);
  if (!failure) {
    ADD_FAILURE() << "the store was opened";
    return "";
  }
  EXPECT_EQ(static_cast<int>(failure->fault), static_cast<int>(fault)) << failure->message;
  EXPECT_EQ(failure->message.find('\n'), std::string::npos);
  return failure->message;
}

inline raft::Entry an_entry(std::uint64_t index, std::uint64_t term = 1, std::string bytes = "content") {
  return {{raft::Index(index), raft::Term(term)}, {index * 10}, raft::Command{base::Bytes(std::move(bytes))}};
}
inline raft::Write appending(std::vector<raft::Entry> entries) {
  raft::Write write;
  write.entries = std::move(entries);
  return write;
}
inline raft::Write voting(std::uint64_t term, std::optional<base::NodeId> vote = {}) {
  raft::Write write;
  write.hard_state = raft::HardState{raft::Term(term), vote};
  return write;
}
// What stands for everything up to an_entry(index, term).
inline raft::SnapshotMeta a_meta(std::uint64_t index, std::uint64_t term = 1) {
  return {{raft::Index(index), raft::Term(term)}, {index * 10}, some_members()};
}
inline raft::Write staging(std::uint64_t number, std::string bytes,
                           std::optional<raft::SnapshotMeta> completes = {}) {
  raft::Write write;
  write.parts.push_back({number, base::Bytes(std::move(bytes)), std::move(completes)});
  return write;
}
inline std::optional<Failure> write_one(Store& store, const raft::Write& write) {
  return store.write({&write, 1});
}

inline raft::Recovered reopened(const std::string& folder, const Options& options = {}) {
  return must(Store::open(folder, options))->recover();
}

// For expectations: what a difference is told by.
inline void expect_same(const raft::Recovered& found, const raft::Recovered& expected,
                        const std::string& when) {
  EXPECT_EQ(found.hard_state, expected.hard_state) << when;
  EXPECT_EQ(found.snapshot, expected.snapshot) << when;
  EXPECT_EQ(found.entries, expected.entries) << when;
  EXPECT_EQ(found.pieces, expected.pieces) << when;
}
inline bool is_same(const raft::Recovered& a, const raft::Recovered& b) {
  return a.hard_state == b.hard_state && a.snapshot == b.snapshot && a.entries == b.entries &&
         a.pieces == b.pieces;
}

inline std::string content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
inline void put_content(const std::string& path, const std::string& content) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
}

}  // namespace store
