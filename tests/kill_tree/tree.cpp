// kill_tree_command DIARY: a command whose processes are hard to end. Each writes down twice a millisecond
// that it lives.
#include "tree.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using kill_tree::Role;

kill_tree::Diary* diary = nullptr;

void live_a_moment(Role role, int moments) {
  auto& slot = diary->of(role);
  slot.pid = ::getpid();
  for (int i = 0; i < moments; ++i) {
    slot.last = kill_tree::boot_ns();
    ::usleep(500);
  }
}

[[noreturn]] void live(Role role) {
  for (;;) live_a_moment(role, 1'000);
}

template <class Life>
void begin(Life life) {
  const pid_t pid = ::fork();
  if (pid < 0) std::perror("fork");
  if (pid != 0) return;
  life();
  ::_exit(0);
}

// A fork that fails must not end the chain.
[[noreturn]] void chain(Role role) {
  for (;;) {
    live_a_moment(role, 4);
    if (::fork() > 0) ::_exit(0);
  }
}

[[noreturn]] void brood() {
  ::signal(SIGCHLD, SIG_IGN);
  for (;;) {
    begin([] { live_a_moment(Role::brood, 20); });
    ::usleep(5'000);
  }
}

}  // namespace

int main(int argc, char** argv) {
  diary = argc == 2 ? kill_tree::open_diary(argv[1]) : nullptr;
  if (!diary) return std::perror("kill_tree_command"), 2;
  begin([] {
    begin([] {
      ::setsid();
      live(Role::grandchild_in_its_own_session);
    });
    live(Role::child);
  });
  begin([] {
    ::setsid();
    begin([] { live(Role::daemon); });
  });
  begin([] {
    ::signal(SIGTERM, SIG_IGN);
    live(Role::deaf_to_term);
  });
  begin([] {
    live_a_moment(Role::stopped, 1);
    ::signal(SIGTERM, SIG_IGN);
    for (;;) ::raise(SIGSTOP);
  });
  ::signal(SIGTERM, SIG_IGN);
  begin([] { chain(Role::chain_in_the_group); });
  begin([] {
    ::setsid();
    chain(Role::chain_in_its_own_session);
  });
  begin([] { brood(); });
  live(Role::root);
}
