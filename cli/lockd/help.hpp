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

The same as a file, lockd --config one.toml, and as an environment, LOCKD_DATA=one lockd:

  data = "one"
  listen = "127.0.0.1:7101"
  bootstrap = ["127.0.0.1:7101", "127.0.0.1:7102", "127.0.0.1:7103"]

Exit codes: 0 stopped by TERM or INT; 64 wrong usage; 65 the store is damaged; 69 the address can't be
listened on; 74 the disk refuses; 78 the folder belongs to another server, or to none yet.
)";

}  // namespace lockd
