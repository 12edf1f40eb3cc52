#!/usr/bin/env bash
# waiters.sh: CLIENTS=10000 clients of one process, a connection each, wait for one outcome in a cluster of three on this machine:
# for a status by any server, for a once by the leader. Milliseconds from the sending of the outcome until the first, the middle
# and the last client had it; the median of ROUNDS=5.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
PATH=$root/build/release:$PATH
dir=$(mktemp -d -t lockd-waiters.XXXXXX)
trap 'cd "$dir" && lockctl -q dev down; rm -rf "$dir"' EXIT
ulimit -n "$(ulimit -Hn)"
cd "$dir"
endpoints=$(lockctl -q dev up --servers 3)
waiters_bench "$endpoints" "${CLIENTS:-10000}" "${ROUNDS:-5}" | tee rounds.txt >&2
median() { sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }
printf '%-8s %8s %10s %10s %10s\n' what clients 'first ms' 'middle ms' 'last ms'
for what in once status; do
  column() { awk -v w="$what" -v c="$1" '$1 == w {print $c}' rounds.txt | median; }
  printf '%-8s %8s %10s %10s %10s\n' "$what" "$(column 2)" "$(column 3)" "$(column 4)" "$(column 5)"
done
