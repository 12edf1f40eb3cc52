// What `lockd --help` says around its list of flags.
#pragma once

namespace lockd {

inline constexpr const char* kHelpAbout =
    "lockd: one server of a replicated lock service. Clients talk to it through lockctl.";

inline constexpr const char* kHelpFooter = R"(
A cluster of three on one machine:

  members=127.0.0.1:7101,127.0.0.1:7102,127.0.0.1:7103
  lockd --data one   --listen 127.0.0.1:7101 --bootstrap $members &
  lockd --data two   --listen 127.0.0.1:7102 --bootstrap $members &
  lockd --data three --listen 127.0.0.1:7103 --bootstrap $members &
  lockctl --endpoints $members run build -- make

Later each is started by the same words, or just by its folder:

  lockd --data one

One more server; it gets an id, learns what the others know, and votes from then on:

  lockd --data four --listen 127.0.0.1:7104 --join $members &
  lockctl --endpoints $members members

Replace server 2, whose machine is gone for good:

  lockd --data five --listen 127.0.0.1:7105 --join $members &
  lockctl --endpoints $members members replace 2 5

A server that lost its folder has forgotten its votes: it never comes back as who it was. Remove it with
lockctl members remove, then --join with an empty folder.

The same as a file, lockd --config one.toml, and as an environment, LOCKD_DATA=one lockd:

  data = "one"
  listen = "127.0.0.1:7101"
  bootstrap = ["127.0.0.1:7101", "127.0.0.1:7102", "127.0.0.1:7103"]

When a majority of the servers is gone for good, lockd recover makes a new cluster of the one that is left;
lockd recover --help says how.

TERM or INT end it: a leader first hands leadership over, for at most two election time-outs; the second
signal doesn't wait.

Exit codes: 0 stopped by TERM or INT, or removed from its cluster; 64 wrong usage; 65 the store is damaged;
69 the address can't be listened on, or no cluster to join answers; 74 the disk refuses; 78 the folder belongs
to another server, or to none yet, or to one that was removed, or the cluster won't have this one.
)";

}  // namespace lockd
