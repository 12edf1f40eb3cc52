#!/usr/bin/env bash
# sim.sh: what a simulated world costs on one core: events a second (an event is one taken from the queue) and simulated
# node-hours per CPU-second, for 3 and 5 servers, both stores, with every check and with none.
#   sim.sh [SEEDS] [REPEATS]    medians of so many repeats (3), each over so many seeds (10)
set -euo pipefail
cd "$(dirname "$0")/../.."
seeds=${1:-10}
repeats=${2:-3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

scenario() { # SERVERS STORE CHECKS
  cat <<JSON
{"raftsim": 1, "name": "bench", "cluster": {"servers": $1, "clients": 10, "store": "$2"},
 "network": {"latency": {"dist": "lognormal", "p50": "1ms", "p99": "10ms"}, "loss": 0.001},
 "workload": [{"clients": "all", "program": "locks", "keys": 8, "ttl": "4s"}],
 "timeline": [{"every": "5s", "do": "crash", "select": "one", "for": "1s"}],
 "checks": [$3], "limits": {"sim": "60s"}}
JSON
}

value() { grep -o "\"$1\":[0-9]*" <<<"$2" | tail -1 | cut -d: -f2; }
median() { sort -n | awk '{a[NR] = $1} END {print a[int((NR + 1) / 2)]}'; }

printf '%-8s %-7s %-7s %12s %22s\n' servers store checks events/s 'node-hours/CPU-second'
for servers in 3 5; do
  for store in memory sqlite; do
    for checks in all none; do
      list='{"converge_within": "20s"}'
      [ $checks = none ] || list='"raft_invariants", {"linearizable": "*"}, '$list
      scenario $servers $store "$list" >"$work/bench.json"
      for ((i = 0; i < repeats; i++)); do
        line=$(build/release/raftsim run "$work/bench.json" --seeds "1..$seeds" --jobs 1 --output json | tail -1)
        cpu=$(value cpu_ns "$line")
        awk -v e="$(value events "$line")" -v s="$(value sim_ns "$line")" -v c="$cpu" -v n=$servers \
          'BEGIN {printf "%d %.2f\n", e * 1e9 / c, s * n / 3600 / c}' >>"$work/figures"
      done
      printf '%-8s %-7s %-7s %12s %22s\n' $servers $store $checks "$(cut -d' ' -f1 "$work/figures" | median)" \
        "$(cut -d' ' -f2 "$work/figures" | median)"
      rm "$work/figures"
    done
  done
done
