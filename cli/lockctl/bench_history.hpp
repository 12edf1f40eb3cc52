// The history of a load, as `raftsim check` reads it: written while it happens, so that nothing grows with
// it.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include "core/base/result.hpp"
#include "core/client/history.hpp"

namespace lockctl {

class HistoryFile {
 public:
  static base::Result<std::unique_ptr<HistoryFile>> create(const std::string& path);

  std::uint64_t new_client() { return ++last_client_; }
  void add(const client::Recorded& recorded);
  void expire(std::uint64_t client, const std::string& name, lock::Token token, base::Instant from);
  // Whether all of it was written.
  base::Status close();

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  HistoryFile(std::string path, std::FILE* file) : path_(std::move(path)), file_(file) {}
  void line(const std::string& text);

  std::string path_;
  std::unique_ptr<std::FILE, Close> file_;
  std::uint64_t last_client_ = 0;
};

// One client's part in it: one operation at a time.
class Recorder {
 public:
  // Without a file it records nothing.
  explicit Recorder(HistoryFile* file);

  void begin(const client::Question& question, base::Instant now);
  void finish(const client::Finished& finished, base::Instant now);
  // The hold ends, or has ended, by itself, and not before `from`.
  void expire(const std::string& name, lock::Token token, base::Instant from);
  // What is still under way stays of unknown outcome.
  void end();

 private:
  void undone(client::Recorded recorded, const client::Finished& finished, base::Instant now);

  HistoryFile* file_;
  std::uint64_t client_ = 0;
  std::optional<client::Recorded> open_;
};

}  // namespace lockctl
