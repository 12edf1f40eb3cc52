#!/usr/bin/env bash
# core.sh: what one proposal costs through three rafts in one thread, without disk and encoding, until all three have committed it;
# beside etcd's raft in the same shape, run by turns. The median of RUNS=5, in nanoseconds, and etcd's by ours.
#   PEERS=DIR the folder with etcd/raftbench_test.go (default ../shared/bench); without it or without Go only ours is measured.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
peer=${PEERS:-$root/../shared/bench}/etcd/raftbench_test.go
runs=${RUNS:-5}
dir=$(mktemp -d -t lockd-core-bench.XXXXXX)
trap 'rm -rf "$dir"' EXIT

theirs=
if [ -f "$peer" ] && command -v go >/dev/null; then
  cp "$peer" "$dir/"
  (cd "$dir" && GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE="$dir/cache" go test -c -o theirs . >/dev/null 2>&1) && theirs=$dir/theirs
fi
[ -n "$theirs" ] || echo "core.sh: no Go, or no $peer: ours alone" >&2

median() { sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }
for _ in $(seq "$runs"); do
  "$root/build/release/core_bench" proposals >>"$dir/ours.txt"
  [ -z "$theirs" ] || GOMAXPROCS=1 "$theirs" -test.run '^$' -test.bench . -test.benchtime 1s |
    sed -nE 's/^BenchmarkRaw3NodesBatch([0-9]+)\S*\s+[0-9]+\s+([0-9.]+) ns\/op.*/\1 \2/p' >>"$dir/theirs.txt"
done
printf '%-6s %12s %12s %8s\n' batch 'ours ns' 'etcd ns' ratio
for batch in 1 16 256; do
  ours=$(awk -v b="$batch" '$1 == b {print $2}' "$dir/ours.txt" | median)
  etcd=-
  [ -z "$theirs" ] || etcd=$(awk -v b="$batch" '$1 == b {print $2}' "$dir/theirs.txt" | median)
  printf '%-6s %12s %12s %8s\n' "$batch" "$ours" "$etcd" "$(awk -v o="$ours" -v e="$etcd" 'BEGIN {if (e == "-") print "-"; else printf "%.1f", e / o}')"
done
