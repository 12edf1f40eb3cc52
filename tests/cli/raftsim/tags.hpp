// Whether markup is well formed: every tag closed in its turn, every & the begin of an entity.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

namespace raftsim {

// Nothing: it is; otherwise what is wrong first. `alone`: tags that are never closed.
inline std::string wrong_tags(const std::string& text, const std::vector<std::string>& alone = {}) {
  std::vector<std::string> open;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 && c != '\n' && c != '\t') return "a control character at " + std::to_string(i);
    if (c == '&') {
      const auto end = text.find(';', i);
      if (end == text.npos || end - i > 8) return "a bare & at " + std::to_string(i);
    }
    if (c == '>') return "a bare > at " + std::to_string(i);
    if (c != '<') continue;
    auto end = i + 1;
    for (bool quoted = false; end < text.size() && (quoted || text[end] != '>'); ++end) {
      if (text[end] == '"') quoted = !quoted;
      if (text[end] == '<') return "a bare < at " + std::to_string(end);
    }
    if (end == text.size()) return "a tag that doesn't end";
    const auto tag = text.substr(i + 1, end - i - 1);
    i = end;
    if (tag[0] == '?' || tag[0] == '!' || tag.back() == '/') continue;
    const auto name = tag.substr(tag[0] == '/' ? 1 : 0, tag.find(' ') - (tag[0] == '/' ? 1 : 0));
    if (tag[0] != '/') {
      if (std::find(alone.begin(), alone.end(), name) == alone.end()) open.push_back(name);
    } else if (open.empty() || open.back() != name) {
      return "</" + name + "> closes " + (open.empty() ? "nothing" : open.back());
    } else {
      open.pop_back();
    }
  }
  return open.empty() ? "" : open.back() + " isn't closed";
}

}  // namespace raftsim
