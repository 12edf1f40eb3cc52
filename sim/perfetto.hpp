// A run as a picture: the trace event format (JSON) that Perfetto and chrome://tracing draw.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <map>
#include <string>
#include <utility>

#include "sim/queue.hpp"

namespace sim {

class Perfetto {
 public:
  // Beyond so many bytes nothing new is drawn; what is open is still closed.
  explicit Perfetto(std::ostream& out, std::uint64_t bytes_max = 256u << 20);
  ~Perfetto();
  Perfetto(const Perfetto&) = delete;
  Perfetto& operator=(const Perfetto&) = delete;

  // A row of rows, and a row in it.
  void name_group(std::uint32_t group, const std::string& name);
  void name_row(std::uint32_t group, std::uint32_t row, const std::string& name);
  // From now on the row shows this; empty: nothing. The same again goes on.
  void show(Time now, std::uint32_t group, std::uint32_t row, const std::string& what);
  // A bar that may lie over others of its group; `kind` and `id` tell it from them.
  void begin(Time now, std::uint32_t group, const char* kind, std::uint64_t id, const std::string& what);
  void end(Time now, std::uint32_t group, const char* kind, std::uint64_t id);
  void mark(Time now, std::uint32_t group, std::uint32_t row, const std::string& what);
  void level(Time now, std::uint32_t group, const char* name, std::uint64_t value);
  // Ends everything that is open. Once, at last.
  void close(Time now);
  bool is_cut_short() const { return cut_short_; }

 private:
  // The rest of an object, from behind its time.
  void event(char phase, Time now, std::uint32_t group, const std::string& rest, bool closes = false);

  std::ostream& out_;
  std::uint64_t bytes_left_;
  bool cut_short_ = false;
  bool first_ = true;
  bool closed_ = false;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::string> shown_;
  std::map<std::pair<std::string, std::uint64_t>, std::pair<std::uint32_t, std::string>> open_;
};

}  // namespace sim
