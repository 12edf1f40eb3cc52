#include "sim/check/history_file.hpp"

#include "sim/check/read_text.hpp"

namespace check {

base::Result<Format> format_named(std::string_view name) {
  if (name == "json") return Format::json;
  if (name == "jepsen-etcd") return Format::jepsen_etcd;
  if (name == "edn") return Format::edn;
  return base::Error{"unknown format \"" + std::string(name) + "\"; expected json, jepsen-etcd or edn"};
}

base::Result<History> parse_history(Format format, std::string_view text, const std::string& file) {
  switch (format) {
    case Format::json:
      return parse_json(text, file);
    case Format::jepsen_etcd:
      return parse_jepsen_etcd(text, file);
    case Format::edn:
      return parse_edn(text, file);
  }
  return base::Error{file + ": no such format"};
}

base::Result<History> read_history(const std::string& path, Format format) {
  const auto text = read_text(path, "a history file");
  if (!text.ok()) return text.failure();
  return parse_history(format, text.value(), path);
}

}  // namespace check
