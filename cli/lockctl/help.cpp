#include "cli/lockctl/help.hpp"

namespace lockctl::help {

const char* const kAbout = "lockctl: take a lock, run a command under it, read and wait for a job's outcome.";

const char* const kTop = R"(
  lockctl dev up                            a cluster of five on this machine, to try things on
  lockctl run deploy -- ./deploy.sh         one at a time, on all machines together
  lockctl run -n deploy -- ./deploy.sh      only if nobody else does it now
  lockctl once nightly -- ./job.sh          once for all who ask; the others get its output and its code
  lockctl status deploy                     who holds it, who waits

The cluster is that of --endpoints, else LOCKD_ENDPOINTS, else of `lockctl dev up` in this folder or the
nearest above it. Durations carry a unit (500ms 15s 2m 24h); a bare number is seconds.

Exit codes of run, once and elect: the command's own, or 128+N when signal N ended it; 124 not acquired
in time, 122 the lock was lost, 121 it would wait for itself, 120 outcome unknown, 125 not started
because of lockctl, the cluster or the usage, 126/127 not executable/not found. Of the other verbs:
0 yes, 1 no, 2 usage, 124 not in time or not reached, 121 and 120 as above, 125 failed. With -q, what
the exit code tells is not said: only errors are. `lockctl VERB --help` tells more, also what --output
json prints.)";

const char* const kRun = R"(
  lockctl run deploy -- ./deploy.sh              wait for the lock, run, give it back
  lockctl run -n deploy -- ./deploy.sh           exit with 124 at once if somebody holds it
  lockctl run -w 2m -E 0 nightly -- ./job        wait at most two minutes, and then call it a success
  lockctl run -t 60s -k 10s db -- ./migrate      a lease of a minute; TERM, and KILL ten seconds later
  lockctl run -s docs -- ./read                  together with others that hold it shared
  lockctl run -S 3 licence -- ./tool             at most three at a time, on all machines together
  lockctl run from,to:s -- ./copy                both or none: `from` exclusive, `to` shared
  lockctl run --queue newest build -- make       who waits longer than the newest is sent away with 124

Who already holds the names, since this runs under the `lockctl run` that took them, enters again. Who would
wait for ever since others wait for him is refused with 121 and told the cycle. --lock-delay keeps others
away for a while after an end that was not clean (a lease ran out, --max-hold was over).

The command sees LOCKD_LOCK, LOCKD_TOKEN (the fencing token), LOCKD_SESSION, LOCKD_HELD and
LOCKD_ENDPOINTS. The lease is renewed while it runs. If it can't be, the command and all that it started
get TERM and then KILL before the lease ends at the servers, also when lockctl itself was killed; lockctl
then exits with 122. What the command leaves behind when it ends gets TERM, and KILL after the
kill-after, before the lock is given back.)";

const char* const kAcquire = R"(
  token=$(lockctl acquire -t 5m deploy)          a hold of five minutes that outlives this command
  token=$(lockctl acquire --while-pid $$ deploy) for as long as this shell lives
  token=$(lockctl acquire -s docs)               shared; -S 3: one of three; a,b:s: several, all or none
  lockctl release deploy --token "$token"

Standard output is the token and nothing else; as JSON: name, token, ttl_ms.)";

const char* const kRelease = R"(
  lockctl release deploy --token 41    exit 0; once more: "already released", exit 1

Of a hold of several names any one of them will do: all are given back. Never touches the hold of anybody
else. Without --token: LOCKD_TOKEN.
As JSON: name, token, released: true, or held: false where it had ended.)";

const char* const kRenew = R"(
  lockctl renew deploy --token 41 -t 10m    ten minutes from now, or as it is where that is longer

Exit 1: the hold no longer stands. Without --token: LOCKD_TOKEN. As JSON: name, token, held, left_ms.)";

const char* const kCheck = R"(
  lockctl check deploy --token 41 && ./publish    only while this hold stands

Exit 1: the hold no longer stands. Without --token: LOCKD_TOKEN. As JSON: name, token, held, left_ms.)";

const char* const kStatus = R"(
  lockctl status deploy                                  who holds it, who waits, and the recorded outcome
  lockctl status deploy --set done --code 0 --value @out.txt
  lockctl status deploy --set running --if-index 0       only if there is no record yet; prints the new index
  lockctl status deploy --wait -w 10m                    until somebody wrote done, failed or lost
  lockctl status deploy --watch                          and then every change, a line each
  lockctl status deploy --clear

Exit 0 when there is a holder or a record, else 1; with --wait 0 when the outcome is done, else 1; with
--set 1 when --if-index or the token does not fit any more. Within `lockctl run deploy`, a write names
the token of that hold by itself, so that it is refused once the lock is lost.

As JSON: name, holders (of each token, who, note, mode (exclusive, shared, counted), limit, detached,
entries, with (the other names), held_for_ms, left_ms), holder (the first of them, or null),
holder_count, waiters, blocked_for_ms (null, or nobody gets it before), record (null, or state, code,
value, cut, writer, token, attempt, index, age_ms, left_ms, once (null, or attempts, on_fail, input),
late (results that came too late: token, code, who, age_ms)); of --set name and index, of --clear name
and existed.)";

const char* const kConsistency = R"(
--consistency linearizable  what was so when the answer was given; a majority must be reached
              lease         the same, from the leader alone while a majority has just confirmed it: quicker;
                            at risk where a machine's clock runs wrong by more than 0.05 %
              stale         what the asked server knows, without asking anybody: it may lag behind by any
                            time while it is cut off, so never decide by it who may work)";

const char* const kList = R"(
  lockctl ls             every name that is held, waited for or has a record
  lockctl ls builds/     those that begin with builds/

As JSON, a line for each name: as `lockctl status` has it.)";

const char* const kHealth = R"(
  lockctl health         asks every server itself

Exit 0 when there is a leader that a majority follows, else 1.
As JSON, a line for each server: endpoint, reachable, and problem, or node, cluster, version, role, term,
leader (0: unknown), commit, last_index, members.)";

const char* const kBench = R"(
  lockctl bench --clients 64 --secs 10
  lockctl bench --workload contended --clients 16

Workloads: uncontended (a lock for each client), contended (one for all), status (writes), read
(linearizable), mixed (locks, statuses written under them and read, compare-and-set). With mixed,
--history FILE keeps what every client saw; `raftsim check FILE` judges it. --output result prints one
line `RESULT {json}`; the CPU of the servers is in it for --pids, or a local cluster.)";

}  // namespace lockctl::help
