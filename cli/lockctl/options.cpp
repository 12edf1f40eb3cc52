#include "cli/lockctl/options.hpp"

namespace lockctl {
namespace {

std::string prefix_of(const std::string& ns) {
  return ns.empty() || ns.ends_with('/') ? ns : ns + "/";
}

}  // namespace

std::string Global::full_name(const std::string& name) const {
  return prefix_of(ns) + name;
}

std::string Global::short_name(const std::string& full) const {
  const auto prefix = prefix_of(ns);
  return full.starts_with(prefix) ? full.substr(prefix.size()) : full;
}

std::string LockFlags::title() const {
  std::string out;
  for (const auto& wanted : locks) out += (out.empty() ? "" : ",") + wanted.name;
  return out;
}

}  // namespace lockctl
