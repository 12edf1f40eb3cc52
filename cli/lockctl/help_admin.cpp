#include "cli/lockctl/help.hpp"

namespace lockctl::help {

const char* const kMembers = R"(
  lockctl members                        who belongs to the cluster, who leads, who lags
  lockctl members remove 3               the others go on without server 3; its id is never given again
  lockctl members replace 3 6            6 votes in the place of 3, as one change
  lockctl members promote 6              let a learner vote
  lockctl members priority 2 5           2 stands for election sooner than those with 1

A server joins by itself: lockd --join HOST:PORT --data DIR --listen HOST:PORT (with --learner it waits
to be promoted). A change after which the servers that answer would be no majority is refused.

Exit codes: 0 done, or so already; 1 refused by the servers, who say why; 120 nobody knows whether it was
done (ask `lockctl members`); 124 not in time. As JSON, a line for each: id, address, role (leader, voter,
learner or leaving), priority, match (the log is on its disk up to there), lag (entries to the leader's
commit index), silent_for_ms, promote (once it has caught up), installing (is being sent a snapshot), and
of all: term, commit, changing.)";

const char* const kTransfer = R"(
  lockctl transfer          before the leader's machine is restarted, say
  lockctl transfer 2 -w 30s

Exit codes: 0 another server leads, or 2 did already; 1 it did not take over in time; 120 nobody knows;
124 not in time. As JSON: leader.)";

const char* const kSnapshot = R"(
  lockctl snapshot                            of the first server of --endpoints that answers
  lockctl snapshot --server 127.0.0.1:7102
  lockctl snapshot --all

Servers do so by themselves, after so many entries; by hand it is of use before a backup or an upgrade.
Exit codes: 0 done; 1 not by every server that was asked; 124 none was reached.
As JSON, a line for each: endpoint, done, index (what it stands for), bytes, or problem.)";

const char* const kMetrics = R"(
  lockctl metrics --server 127.0.0.1:7101 > /var/lib/node_exporter/lockd.prom

In Prometheus' text format. Names end in their unit; a histogram's bounds are powers of two, less one. As
JSON, a line for each: name, kind (counter, gauge or histogram), help, value (of a histogram the sum),
buckets (number b counts what is below 2^b and not below 2^(b-1)).)";

const char* const kDev = R"(
  lockctl dev up --servers 3     start one here, or start again what is down
  lockctl dev status
  lockctl dev kill leader        SIGKILL; or: kill 2 --signal TERM
  lockctl dev pause leader       as if its machine slept; lockctl dev resume all
  lockctl dev add                one more, which joins; the cluster goes on meanwhile
  lockctl dev remove 4           out of the cluster, then stopped and forgotten
  lockctl dev restart            one after the other, the leader last; or: restart 2
  lockctl dev down               stop all and remove .lockd-dev/, or --keep it

A paused server is cut off from all others; cutting single links takes rights that this has not, and
is what raftsim is for. In this folder and below, lockctl finds that cluster by itself.
As JSON: of up and add endpoints and folder; of status, a line for each, node, endpoint, pid, running,
role.)";

}  // namespace lockctl::help
