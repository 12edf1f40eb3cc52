#!/usr/bin/env bash
# bench.sh: locks per second, latency and server CPU of a cluster of three on this machine, lockd and lockctl being in PATH.
#   SECS=5 seconds a row, CLIENTS="1 16 64 256", PEERS=DIR the scripts that measure etcd the same way in the same run
#   (default ../shared/bench; without them only lockd is measured), ONLY="etcd product" which of them.
# Called with `rows` it prints one line RESULT {json} a row and nothing else.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
PATH=$root/build/release:$PATH
export SECS=${SECS:-5}

rows() {
  local clients workload
  dir=$(mktemp -d -t lockd-bench.XXXXXX)
  trap 'cd "$dir" && lockctl -q dev down; rm -rf "$dir"' EXIT
  cd "$dir"
  lockctl -q dev up --servers 3 >/dev/null
  for clients in ${CLIENTS:-1 16 64 256}; do
    lockctl --output result bench --clients "$clients" --secs "$SECS" --workload uncontended
  done
  for workload in contended read; do lockctl --output result bench --clients 64 --secs "$SECS" --workload $workload; done
}

if [ "${1:-}" = rows ]; then
  rows
  exit
fi
peers=${PEERS:-$root/../shared/bench}
if [ -x "$peers/peers.sh" ] || [ -f "$peers/peers.sh" ]; then
  ONLY=${ONLY:-"etcd product"} PRODUCT="$root/tests/bench.sh rows" bash "$peers/peers.sh"
else
  echo "bench: no peers to measure beside (PEERS=DIR): lockd alone" >&2
  rows
fi
