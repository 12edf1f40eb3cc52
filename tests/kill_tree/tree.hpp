// What the processes of a command write down about themselves, in a file that all of them map: it survives
// them.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <ctime>
#include <string>

namespace kill_tree {

// Each is hard to end in a way of its own. A chain forks its successor and exits, again and again; a brood
// keeps forking children that end by themselves.
enum class Role : std::uint32_t {
  root,
  child,
  grandchild_in_its_own_session,
  daemon,
  deaf_to_term,
  stopped,
  chain_in_the_group,
  chain_in_its_own_session,
  brood,
  count
};
constexpr auto kRoles = static_cast<std::size_t>(Role::count);
const char* name_of(Role role);

struct Slot {
  std::atomic<std::int32_t> pid;   // of a chain or a brood: the youngest
  std::atomic<std::int64_t> last;  // nanoseconds of boot_ns(), when it was last seen alive by itself
};
struct Diary {
  std::array<Slot, kRoles> slots;

  Slot& of(Role role) { return slots[static_cast<std::size_t>(role)]; }
};

// Maps `path`, which is made where it is not there. Null: errno says why not.
Diary* open_diary(const std::string& path);

inline std::int64_t boot_ns() {
  timespec t{};
  ::clock_gettime(CLOCK_BOOTTIME, &t);
  return std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
}

}  // namespace kill_tree
