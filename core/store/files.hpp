// What a store asks of the operating system beside SQLite: a seam, so that the same store runs on a simulated
// machine.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>

namespace store {

// An error is a number of errno; 0: done.
class Files {
 public:
  // Given up by its destruction, at the latest by the end of the process.
  class Lock {
   public:
    virtual ~Lock() = default;
  };

  virtual ~Files() = default;

  // SQLite's name of the file system that shows the same files; empty: its default.
  virtual std::string vfs() const = 0;
  // Names this start of the machine; empty: nobody knows.
  virtual std::string boot_id() = 0;
  // What can't be asked counts as plenty: the write itself tells.
  virtual std::uint64_t free_bytes(const std::string& folder) = 0;

  virtual bool exists(const std::string& path) = 0;
  // Also where it is there already. Its name is durable where it was made.
  virtual int make_folder(const std::string& path) = 0;
  // A new name, a rename or a removal in the folder survives a crash only after this.
  virtual int sync_folder(const std::string& path) = 0;
  // The file is made where it is missing. EWOULDBLOCK: another process has it.
  virtual std::variant<std::unique_ptr<Lock>, int> lock(const std::string& path) = 0;
  // ENOENT where it is missing.
  virtual int read(const std::string& path, std::string& into) = 0;
  // Replaces the content, and syncs it. After an error what is there is anything between, but the name.
  virtual int write(const std::string& path, const std::string& content) = 0;
  virtual int rename(const std::string& from, const std::string& to) = 0;
  virtual int remove(const std::string& path) = 0;
};

class OsFiles : public Files {
 public:
  std::string vfs() const override { return {}; }
  std::string boot_id() override;
  std::uint64_t free_bytes(const std::string& folder) override;
  bool exists(const std::string& path) override;
  int make_folder(const std::string& path) override;
  int sync_folder(const std::string& path) override;
  std::variant<std::unique_ptr<Lock>, int> lock(const std::string& path) override;
  int read(const std::string& path, std::string& into) override;
  int write(const std::string& path, const std::string& content) override;
  int rename(const std::string& from, const std::string& to) override;
  int remove(const std::string& path) override;
};

}  // namespace store
