// One function a struct names its fields in their order on the wire, and serves both directions:
//
//   void fields(auto& archive, Is<raft::Position> auto& v) { archive(v.index, v.term); }
//
// Writer appends them, Reader fills them in. A struct without members needs no such function. An alternative
// of a variant is its tag, then itself; its tag is a specialisation of kTag.
#pragma once

#include <algorithm>
#include <concepts>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/check.hpp"
#include "core/base/result.hpp"
#include "core/lock/command.hpp"
#include "core/raft/types.hpp"

namespace wire {

// T, const or not.
template <class U, class T>
concept Is = std::same_as<std::remove_const_t<U>, T>;

// Tags are for ever: never change one, never reuse one that has been taken out. Zero: the type has none.
template <class T>
inline constexpr std::uint8_t kTag = 0;

// An enumeration's values are 1 to this.
template <class T>
inline constexpr std::uint8_t kEnumMax = 0;
template <>
inline constexpr std::uint8_t kEnumMax<raft::Suffrage> = 3;
template <>
inline constexpr std::uint8_t kEnumMax<lock::Consistency> = 3;
template <>
inline constexpr std::uint8_t kEnumMax<lock::MetricKind> = 3;
template <>
inline constexpr std::uint8_t kEnumMax<lock::OnFail> = 2;

// Bounds that keep every later sum and difference within its type.
inline constexpr std::int64_t kMillisMax = std::int64_t{36'500} * 24 * 3600 * 1000;  // 100 years
inline constexpr std::uint64_t kLogTimeMax = std::uint64_t{1} << 53;
template <class Kind>
inline constexpr std::uint64_t kIdMax = std::numeric_limits<std::uint64_t>::max();
template <>
inline constexpr std::uint64_t kIdMax<base::NodeKind> = std::numeric_limits<std::uint32_t>::max();
template <>
inline constexpr std::uint64_t kIdMax<raft::TermKind> = std::numeric_limits<std::int64_t>::max();
template <>
inline constexpr std::uint64_t kIdMax<raft::IndexKind> = std::numeric_limits<std::int64_t>::max();
template <>
inline constexpr std::uint64_t kIdMax<raft::RoundKind> = std::numeric_limits<std::int64_t>::max();

// What is read stays below what may be written, so that a stranger's number can be counted on from.
template <class Kind>
inline constexpr std::uint64_t kIdReadMax = kIdMax<Kind>;
template <>
inline constexpr std::uint64_t kIdReadMax<base::NodeKind> = std::uint64_t{1} << 31;
template <>
inline constexpr std::uint64_t kIdReadMax<raft::TermKind> = std::uint64_t{1} << 62;
template <>
inline constexpr std::uint64_t kIdReadMax<raft::IndexKind> = std::uint64_t{1} << 62;
template <>
inline constexpr std::uint64_t kIdReadMax<raft::RoundKind> = std::uint64_t{1} << 62;
inline constexpr std::uint64_t kLogTimeReadMax = std::uint64_t{1} << 52;

template <class... Ts>
constexpr bool has_distinct_tags() {
  std::size_t times_seen[256] = {};
  (++times_seen[kTag<Ts>], ...);
  return times_seen[0] == 0 &&
         std::all_of(times_seen, times_seen + 256, [](std::size_t n) { return n <= 1; });
}

class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  void operator()(const auto&... values) { (put(values), ...); }

 private:
  void put(bool v) { out_.boolean(v); }
  void put(std::uint8_t v) { out_.u8(v); }
  template <class T>
  requires std::is_enum_v<T>
  void put(T v) { out_.u8(static_cast<std::uint8_t>(v)); }
  void put(std::uint32_t v) { out_.varint(v); }
  void put(std::uint64_t v) { out_.varint(v); }
  void put(std::int32_t v) { out_.svarint(v); }
  void put(std::int64_t v) { out_.svarint(v); }
  void put(const std::string& v) { out_.text(v); }
  void put(const base::Bytes& v) { out_.text(v.view()); }
  void put(lock::Millis v) {
    CHECK(v.count() >= 0 && v.count() <= kMillisMax);
    out_.varint(static_cast<std::uint64_t>(v.count()));
  }
  void put(base::LogTime v) {
    CHECK(v.ms <= kLogTimeMax);
    out_.varint(v.ms);
  }
  template <class Kind>
  void put(base::Id<Kind> v) {
    CHECK(v.value <= kIdMax<Kind>);
    out_.varint(v.value);
  }
  template <class T>
  void put(const std::optional<T>& v) {
    out_.boolean(v.has_value());
    if (v) put(*v);
  }
  template <class T>
  void put(const std::vector<T>& v) {
    out_.varint(v.size());
    for (const T& element : v) put(element);
  }
  template <class K, class V>
  void put(const std::map<K, V>& v) {
    out_.varint(v.size());
    for (const auto& [key, value] : v) {
      put(key);
      put(value);
    }
  }
  template <class... Ts>
  void put(const std::variant<Ts...>& v) {
    static_assert(has_distinct_tags<Ts...>(), "every alternative needs a kTag of its own");
    std::visit(
        [this]<class T>(const T& alternative) {
          out_.u8(kTag<T>);
          put(alternative);
        },
        v);
  }
  template <class T>
  requires std::is_class_v<T>
  void put(const T& v) {
    if constexpr (!std::is_empty_v<T>) fields(*this, v);
  }

  base::Encoder out_;
};

// After the first flaw everything reads as zero.
class Reader {
 public:
  explicit Reader(std::string_view in) : in_(in) {}

  void operator()(auto&... values) { (get(values), ...); }

  // Whether all was well so far and something is left.
  bool more() const { return in_.ok() && !in_.rest().empty(); }
  // What is wrong, nothing when all was well and all was read.
  const char* flaw() const {
    if (const char* flaw = flaw_so_far()) return flaw;
    return in_.rest().empty() ? nullptr : "there are bytes behind its end";
  }
  const char* flaw_so_far() const {
    if (flaw_) return flaw_;
    return in_.ok() ? nullptr : "it is cut short, or a number in it is malformed";
  }
  std::uint8_t tag() { return in_.u8(); }

 private:
  void refuse(const char* flaw) {
    if (in_.ok()) flaw_ = flaw;
    in_.fail();
  }
  std::uint64_t bounded(std::uint64_t max, const char* flaw) {
    const auto v = in_.varint();
    if (v <= max) return v;
    refuse(flaw);
    return 0;
  }

  void get(bool& v) { v = in_.boolean(); }
  void get(std::uint8_t& v) { v = in_.u8(); }
  template <class T>
  requires std::is_enum_v<T>
  void get(T& v) {
    const auto number = in_.u8();
    if (number == 0 || number > kEnumMax<T>) return refuse("a value is unknown");
    v = static_cast<T>(number);
  }
  void get(std::uint32_t& v) {
    v = static_cast<std::uint32_t>(
        bounded(std::numeric_limits<std::uint32_t>::max(), "a number is out of range"));
  }
  void get(std::uint64_t& v) { v = in_.varint(); }
  void get(std::int32_t& v) {
    const auto wide = in_.svarint();
    v = static_cast<std::int32_t>(wide);
    if (v != wide) refuse("a number is out of range");
  }
  void get(std::int64_t& v) { v = in_.svarint(); }
  void get(std::string& v) { v = in_.text(); }
  void get(base::Bytes& v) { v = base::Bytes(std::string(in_.text())); }
  void get(lock::Millis& v) {
    v = lock::Millis(static_cast<std::int64_t>(bounded(kMillisMax, "a duration is longer than 100 years")));
  }
  void get(base::LogTime& v) { v = {bounded(kLogTimeReadMax, "a time is out of range")}; }
  template <class Kind>
  void get(base::Id<Kind>& v) {
    v = base::Id<Kind>(bounded(kIdReadMax<Kind>, "a number is out of range"));
  }
  template <class T>
  void get(std::optional<T>& v) {
    if (in_.boolean()) get(v.emplace());
  }
  template <class T>
  void get(std::vector<T>& v) {
    const auto count = in_.count();
    // The count is a stranger's word: room is made for what follows it, not for what it claims.
    v.reserve(std::min<std::uint64_t>(count, 1024));
    for (std::uint64_t i = 0; i < count && in_.ok(); ++i) get(v.emplace_back());
  }
  template <class K, class V>
  void get(std::map<K, V>& v) {
    const auto count = in_.count();
    for (std::uint64_t i = 0; i < count && in_.ok(); ++i) {
      K key{};
      get(key);
      if (!v.empty() && !(v.rbegin()->first < key)) return refuse("the keys of a map don't rise");
      get(v.emplace_hint(v.end(), std::move(key), V{})->second);
    }
  }
  template <class... Ts>
  void get(std::variant<Ts...>& v) {
    const auto tag = in_.u8();
    if (!(get_if_tagged<Ts>(tag, v) || ...)) refuse("a tag is unknown");
  }
  template <class T>
  bool get_if_tagged(std::uint8_t tag, auto& variant) {
    if (tag != kTag<T>) return false;
    get(variant.template emplace<T>());
    return true;
  }
  template <class T>
  requires std::is_class_v<T>
  void get(T& v) {
    if constexpr (!std::is_empty_v<T>) fields(*this, v);
  }

  base::Decoder in_;
  const char* flaw_ = nullptr;
};

template <class T>
std::string write(const T& value) {
  std::string out;
  Writer writer(out);
  writer(value);
  return out;
}

// `what` names T in the error, with its article.
template <class T>
base::Result<T> read(std::string_view bytes, const char* what) {
  Reader reader(bytes);
  T value{};
  reader(value);
  if (const char* flaw = reader.flaw()) return base::Error{std::string(what) + " can't be read: " + flaw};
  return value;
}

}  // namespace wire
