#!/usr/bin/env bash
# demo.sh: the founding story with real processes and `lockctl once` alone: five servers, ten clients that all want to
# upload the same file. The leader is killed in the middle, then the one that uploads. Expects lockd, lockctl and raftsim in PATH.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
for program in lockd lockctl raftsim; do
  command -v $program >/dev/null || { echo "demo: $program is not in PATH; run ./dev demo" >&2; exit 1; }
done
dir=$(mktemp -d -t lockd-demo.XXXXXX)
clients=() tailing=
finish() {
  for pid in "${clients[@]}" $tailing; do kill -TERM "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  (cd "$dir" && lockctl dev down >/dev/null 2>&1) || true
  rm -rf "$dir"
}
trap finish EXIT
trap 'exit 130' INT TERM

bold=$(tput bold 2>/dev/null || true) plain=$(tput sgr0 2>/dev/null || true)
[ -t 1 ] || bold='' plain=''
start=${EPOCHREALTIME/./}
clock() { local us=$((${EPOCHREALTIME/./} - start)); printf '%2d.%03d s' $((us / 1000000)) $((us / 1000 % 1000)); }
tell() { printf '%s  %s\n' "$(clock)" "$*"; }
headline() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }
# All processes below one, itself first.
tree_of() { local p; echo "$1"; for p in $(cat /proc/"$1"/task/*/children 2>/dev/null); do tree_of "$p"; done; }
gone() { ! kill -0 "$1"; }
# until_true SECONDS COMMAND…: waits for it, looking every 20 ms.
until_true() {
  local left=$(($1 * 50)); shift
  until "$@" >/dev/null 2>&1; do ((left-- > 0)) || { tell "gave up waiting for: $*"; exit 1; }; sleep 0.02; done
}

headline "Five servers, ten clients, one upload"
cd "$dir"
leader() { lockctl health | awk '$3 == "leader" {print $1}'; }
lockctl -q dev up --servers 5 >/dev/null
tell "five lockd serve on loopback; server $(leader) leads"
mkdir target
head -c 6M /dev/urandom >original
# A client's word goes to the log with the time at which it was said.
cat >say <<'SAY'
#!/bin/bash
us=$((${EPOCHREALTIME/./} - START))
printf '%2d.%03d s  client %s: %s\n' $((us / 1000000)) $((us / 1000 % 1000)) "$CLIENT" "$*" >>"$LOG"
SAY
chmod +x say
# What each client runs: the job, once for all of them, and then what it has learned.
cat >client <<CLIENT
#!/bin/bash
export CLIENT=\$1 SLOW=0.35
out=\$(lockctl -q once -t 3s -k 500ms uploads/data.bin -- "$here/upload.sh" client\$1/data.bin target/data.bin 2>>client\$1/errors)
code=\$?
[ "\$out" = "uploaded by client \$1" ] && say "done, exit code \$code" || say "learned: \$out, exit code \$code"
CLIENT
chmod +x client
export START=$start LOG=$dir/log PATH=$dir:$PATH
: >log
tail -n +1 -f log &
tailing=$!
for n in 1 2 3 4 5 6 7 8 9 10; do
  mkdir "client$n"
  cp original "client$n/data.bin"
  "$dir/client" $n &
  clients+=($!)
  disown
done
tell "ten clients start, each with the same 6 MiB"

until_true 10 grep -q 'uploads, attempt 1' log
until_true 10 test -s target/data.bin.part.*
leader=$(leader)
tell "${bold}kill -9 of server $leader, the leader${plain}, in the middle of the upload"
lockctl -q dev kill "$leader" >/dev/null
until_true 10 lockctl health
tell "server $(leader) leads now; the upload goes on under the same token"
winner=$(sed -n 's/.*client \([0-9]*\): uploads, attempt 1.*/\1/p' log)
sleep 0.5
tell "${bold}kill -9 of client $winner and all it runs${plain}, in the middle of its upload; its lease ends by itself"
kill -KILL $(tree_of "${clients[winner - 1]}")
until_true 15 grep -q 'uploads, attempt 2' log
for pid in "${clients[@]}"; do until_true 20 gone "$pid"; done
clients=()
kill $tailing
wait $tailing 2>/dev/null || true
tailing=

headline "What is left"
lockctl status uploads/data.bin
lockctl audit uploads/data.bin
learned=$(grep -c learned log)
rm -f target/*.part.* target/token
cmp original target/data.bin && [ "$(ls target)" = data.bin ] && [ "$(grep -c ': done' log)" = 1 ] && [ "$learned" = 8 ] ||
  { echo "demo: the story went wrong; this is a bug" >&2; exit 1; }
echo "target/ holds exactly one file, equal to the original; one client uploaded it, $learned learned that it is done, one was killed."
lockctl -q dev down

headline "The same story in the simulator, twenty times, with worse luck"
raftsim run "$root/scenarios/upload-coordination.json" --seeds 1..20

headline "What to type next"
cat <<TEXT
  export PATH=$(dirname "$(command -v lockctl)"):\$PATH
  lockctl dev up                             a cluster of your own, in this folder
  lockctl run build -- make                  a command that only one machine runs at a time
  lockctl once nightly -- ./job.sh           a job that runs once for all who ask
  lockctl dev kill leader; lockctl health    break it
  lockctl dev down
  raftsim run scenarios/leader-crash.json    or let the simulator break it
TEXT
