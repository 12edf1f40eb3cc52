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
  return {base::ClusterId(77), base::NodeId(2), {"a:1", "b:2", "[::1]:3"}};
}

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
  return {raft::WriteId(1), {}, {}, std::move(entries)};
}
inline raft::Write voting(std::uint64_t term, std::optional<base::NodeId> vote = {}) {
  return {raft::WriteId(1), raft::HardState{raft::Term(term), vote}, {}, {}};
}
inline std::optional<Failure> write_one(Store& store, const raft::Write& write) {
  return store.write({&write, 1});
}

inline std::string content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
inline void put_content(const std::string& path, const std::string& content) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
}

}  // namespace store
