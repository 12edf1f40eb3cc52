// Histories as files: our JSON lines, and the forms of histories recorded from other systems.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "sim/check/history.hpp"

namespace check {

enum class Format {
  json,         // one object a line; strict: an unknown key or operation is refused
  jepsen_etcd,  // Jepsen's log of a register: `INFO jepsen.util - 0 :invoke :read nil`
  edn,          // Knossos: a vector or list of maps, or one map a line; also Porcupine's text with :key
};

// "json", "jepsen-etcd", "edn".
base::Result<Format> format_named(std::string_view name);

// `file` names the input in errors, which read `file:line: what is wrong, what would be right`.
base::Result<History> parse_history(Format format, std::string_view text, const std::string& file);
base::Result<History> parse_json(std::string_view text, const std::string& file);
base::Result<History> parse_jepsen_etcd(std::string_view text, const std::string& file);
base::Result<History> parse_edn(std::string_view text, const std::string& file);

base::Result<History> read_history(const std::string& path, Format format);

// One line without its newline, as parse_json reads it.
std::string to_json(const Operation& operation);

}  // namespace check
