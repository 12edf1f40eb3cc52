#!/usr/bin/env bash
# One command under a lock, from the shell's point of view: wall time of each way, interleaved, in one run.
#
#   tests/bench/one_shot.sh [N]      60 times each unless given; lockd and lockctl of build/release
#
# What is not installed is left out. The redis row is a lock as a script has it: SET NX PX, the command, compare and
# delete by EVAL. Every lock but flock's and redis' is durable on a majority of three before the command starts.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
PATH=$root/build/release:$PATH
n=${1:-60}
folder=$(mktemp -d "${TMPDIR:-/tmp}/one-shot.XXXXXX")
servers=()
cleanup() {
  [ ${#servers[@]} = 0 ] || kill "${servers[@]}" 2>/dev/null || :
  lockctl -q dev down --dir "$folder" >/dev/null 2>&1 || :
  wait
  rm -rf "$folder"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
cd "$folder"

has() { command -v "$1" >/dev/null; }
free_port() { local p; while :; do p=$((20000 + RANDOM % 10000)); (exec 3<>"/dev/tcp/127.0.0.1/$p") 2>/dev/null || { echo $p; return; }; done; }

start_etcd() {
  local i cluster= ports=() peers=()
  for i in 1 2 3; do ports[i]=$(free_port); peers[i]=$(free_port); cluster+=${cluster:+,}e$i=http://127.0.0.1:${peers[i]}; done
  for i in 1 2 3; do
    etcd --name e$i --data-dir "$folder/e$i" --listen-client-urls "http://127.0.0.1:${ports[i]}" \
      --advertise-client-urls "http://127.0.0.1:${ports[i]}" --listen-peer-urls "http://127.0.0.1:${peers[i]}" \
      --initial-advertise-peer-urls "http://127.0.0.1:${peers[i]}" --initial-cluster "$cluster" >/dev/null 2>&1 &
    servers+=($!)
  done
  export ETCDCTL_API=3 ETCDCTL_ENDPOINTS=127.0.0.1:${ports[1]},127.0.0.1:${ports[2]},127.0.0.1:${ports[3]}
  for i in {1..100}; do etcdctl put up 1 >/dev/null 2>&1 && return; sleep 0.2; done
  return 1
}
start_redis() {
  redis_port=$(free_port)
  redis-server --bind 127.0.0.1 --port "$redis_port" --dir "$folder" --save "" --appendonly yes --appendfsync always >/dev/null 2>&1 &
  servers+=($!)
  local i
  for i in {1..50}; do redis-cli -p "$redis_port" ping >/dev/null 2>&1 && return; sleep 0.1; done
  return 1
}

cat >redis_lock.sh <<'SH'
redis-cli -p "$1" SET job "$$" NX PX 15000 >/dev/null && true
redis-cli -p "$1" EVAL 'if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("del", KEYS[1]) else return 0 end' 1 job "$$" >/dev/null
SH
one_true() { true_path=$(type -P true); "$true_path"; }
one_lockctl() { lockctl run job -- true; }
one_etcdctl() { etcdctl lock job true >/dev/null; }
one_flock() { flock "$folder/flock" true; }
one_redis() { sh redis_lock.sh "$redis_port"; }

lockctl -q dev up --servers 3 >/dev/null
ways=(true lockctl)
! has flock || ways+=(flock)
if has etcd && has etcdctl && start_etcd; then ways+=(etcdctl); else echo "one_shot: no etcd here: left out" >&2; fi
if has redis-server && has redis-cli && start_redis; then ways+=(redis); else echo "one_shot: no redis here: left out" >&2; fi
for way in "${ways[@]}"; do "one_$way"; done
for ((i = 0; i < n; ++i)); do
  for way in "${ways[@]}"; do
    begun=${EPOCHREALTIME/./}
    "one_$way"
    echo $((${EPOCHREALTIME/./} - begun)) >>"times.$way"
  done
done
median() { sort -n "times.$1" | awk '{ v[NR] = $1 } END { print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
ours=$(median lockctl)
printf '%-10s %10s %10s   (%d times each; load %s)\n' way 'median ms' 'to lockctl' "$n" "$(cut -d' ' -f1 /proc/loadavg)"
for way in "${ways[@]}"; do
  awk -v way="$way" -v t="$(median "$way")" -v ours="$ours" 'BEGIN { printf "%-10s %10.2f %10.2f\n", way, t / 1000, t / ours }'
done
