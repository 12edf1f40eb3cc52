#include "cli/lockctl/help.hpp"

namespace lockctl::help {

const char* const kOnce = R"help(
  lockctl once nightly -- ./job.sh                     on ten machines at the same hour: one runs it
  lockctl once build/$(git rev-parse HEAD) -- make     once for each commit; the others get the outcome
  lockctl once --retries 5 --on-fail next job -- ./job a failure is tried again by the next who asks
  lockctl once --input-hash "$(sha256sum <in)" j -- ./j  refused where the same job has another input

The first caller runs the command. The others wait, then print what it printed on standard output (up
to value_bytes, see `lockctl limits`; a cut is said on standard error) and exit with its code. If the
runner dies, the next in line runs, once its lease is over, and sees LOCKD_ATTEMPT=2. The outcome is
kept for --keep; then the job may run anew. --keep, --retries, --on-fail and --input-hash of the first
caller bind the job: who comes with others is refused. `lockctl status NAME --clear` forgets an outcome.

Exit codes: the command's, also where somebody else ran it; 124 no outcome in time, or with -n somebody
runs it now; 122 the hold was lost while the command ran: its result counts for nothing; 120 nobody
knows the outcome: all attempts ended without one, or the cluster was lost before it was recorded;
125 not started, or refused.)help";

const char* const kElect = R"(
  lockctl elect scheduler -- ./scheduler     on three machines: one of them runs it, two stand by

When the lock is lost the command and all that it started are dead before another machine runs it,
and this one stands for election again. When the command ends by itself, elect gives the lock back and
ends with its code.
Exit codes as of run. The command sees what `lockctl run` would give it.)";

const char* const kFence = R"(
  lockctl run db -- sh -c 'lockctl fence /mnt/share/db.token -- cp new.db /mnt/share/db'

FILE lies beside what is to be protected and keeps the highest token that it was shown. A lower one is
refused with exit code 122, so that a holder who has overslept its lease can't write any more. The file is
locked while the command runs: a newer holder waits for an older one's last write. Without --token:
LOCKD_TOKEN. Exit codes: the command's; 122 a higher token was there; 125 not started.)";

const char* const kDowngrade = R"(
  lockctl downgrade deploy --token 41    others may read from now on

For good: the way back is to release and to acquire again. Without --token: LOCKD_TOKEN.
Exit codes: 0 it is shared, or was; 1 no longer held. As JSON: name, token, held.)";

const char* const kBreak = R"(
  lockctl status deploy                                       shows the token
  lockctl break deploy --token 41 --reason "host3 is on fire"
  lockctl break deploy --token 41 --reason "..." --now

The holder is told with its next renewal, and ends its command. Nobody gets the lock before the holder has
confirmed, or its lease would have ended: what it does until then is safe. --now frees it at once: until
the holder hears of it two may act, and only what checks fencing tokens is protected. Who broke it and
why is kept: `lockctl audit deploy`.
Exit codes: 0 broken; 1 that hold is over already. As JSON: name, token, broken, blocked_for_ms.)";

const char* const kWatch = R"(
  lockctl watch deploy                    a line for each grant, end and record, as it happens
  lockctl watch builds/ --output json     all below builds/
  lockctl watch builds/ --since 4711      go on behind index 4711 of an earlier watch

It goes on over changes of the leader, and ends with a signal. Every line is flushed. Where the
servers don't remember what came before, a line `reset` says so, with the names as they are now: what
happened in between is not told.
As JSON, a line for each: index, name, what (granted, re-entered, downgraded, released, closed, expired,
over-max, broken, superseded, status, cleared), token, who, detail, code, revision. At the beginning
and at each gap: reset (true), gap (something was not told), index, more (there are more names than
fit), and then a line with index, name and view for each name, the view as `lockctl status` has it.)";

const char* const kAudit = R"(
  lockctl audit deploy     newest first

The servers keep the last audit_entries of all names together, see `lockctl limits`.
Exit 1: nothing is known of the name. As JSON, a line for each: number, what, token, who, why, age_ms.)";

const char* const kLimits = R"(
  lockctl limits                              every bound that can be moved
  lockctl limits waiters_per_lock=50000 evict_lru=on
  lockctl limits lock_delay_max=10m

Of the whole cluster at once, kept in its log; all of them are moved or none. A lower bound ends nothing
that is there, it refuses what would be new. Exit 1: refused. As JSON: one object, name: value.)";

const char* const kCompletion = R"(
  lockctl completion bash > ~/.local/share/bash-completion/completions/lockctl
  lockctl completion zsh > "${fpath[1]}/_lockctl"
  lockctl completion fish > ~/.config/fish/completions/lockctl.fish

Verbs, flags, their words, and the names in use, where a cluster answers within a moment.)";

}  // namespace lockctl::help
