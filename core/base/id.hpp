// Strong integer types: a term is not an index, a ticket is not a token.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace base {

// An unsigned 64-bit number of one kind. Zero means "none" or "before the first" for every kind.
template <class Kind>
struct Id {
  std::uint64_t value = 0;

  constexpr Id() = default;
  constexpr explicit Id(std::uint64_t v) : value(v) {}

  constexpr auto operator<=>(const Id&) const = default;
  constexpr explicit operator bool() const { return value != 0; }
  constexpr Id next() const { return Id(value + 1); }
  // The one before; only where value is not zero.
  constexpr Id previous() const { return Id(value - 1); }
};

struct NodeKind;
// A server of a cluster: 1 to 2^32 - 1, never reused within a cluster.
using NodeId = Id<NodeKind>;

struct ClusterKind;
// Names a cluster: two clusters never share one.
using ClusterId = Id<ClusterKind>;

}  // namespace base

template <class Kind>
struct std::hash<base::Id<Kind>> {
  std::size_t operator()(const base::Id<Kind>& id) const noexcept {
    return static_cast<std::size_t>(id.value);
  }
};
