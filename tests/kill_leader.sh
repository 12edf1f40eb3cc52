#!/usr/bin/env bash
# SIGKILL of the leader under load, again and again: was anything lost that a client had been told?
#
#   tests/kill_leader.sh [TRIALS]      20 unless given; lockd, lockctl and raftsim on PATH
#
# Exit status: 0 nothing lost, 1 something was, 2 a history that could not be decided.
set -euo pipefail

trials=${1:-20}
[[ $trials =~ ^[1-9][0-9]*$ ]] || { echo "kill_leader: '$trials' is no number of trials" >&2; exit 64; }
for program in lockd lockctl raftsim; do
  command -v $program >/dev/null || { echo "kill_leader: $program is not on PATH; run ./dev kill" >&2; exit 69; }
done
folder=$(mktemp -d "${TMPDIR:-/tmp}/kill-leader.XXXXXX")
load=
cleanup() {
  [ -z "$load" ] || kill "$load" 2>/dev/null || :
  lockctl -q dev down --dir "$folder" 2>/dev/null || :
  rm -rf "$folder"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
cd "$folder"

say() { printf '%s\n' "$*"; }
# Nanoseconds of the clock that histories are in.
uptime_ns() { local s; read -r s _ </proc/uptime; printf '%s0000000\n' "${s/./}"; }

# The grants of a history, as START END TOKEN.
grants() {
  awk 'match($0, /"granted": true, "token": [0-9]+/) {
    token = substr($0, RSTART + 26, RLENGTH - 26)
    match($0, /"start": [0-9]+/); start = substr($0, RSTART + 9, RLENGTH - 9)
    match($0, /"end": [0-9]+/); print start, substr($0, RSTART + 7, RLENGTH - 7), token
  }' "$1"
}

# Milliseconds: the longest time without a grant that has begun within three seconds from the kill, or ended in them.
longest_gap() {
  grants "$1" | sort -n -k 2,2 | awk -v kill="$2" '
    NR > 1 && $2 >= kill && last <= kill + 3e9 && $2 - last > gap { gap = $2 - last }
    { last = $2 }
    END { printf "%.0f\n", gap / 1e6 }'
}

# Tokens over all trials, whatever the lock: none twice, and none that is not above every token whose grant had been
# told before its own request was made.
token_faults() {
  cat "$@" | awk '{ printf "%s 1 %s %s\n%s 0 %s %s\n", $2, $3, NR, $1, $3, NR }' | sort -n -k 1,1 -k 2,2 | awk '
    $2 == 1 { if (seen[$3]++) print "token " $3 " was granted twice"; if ($3 > told) told = $3 }
    $2 == 0 && $3 <= told { print "token " $3 " was asked for after " told " had been granted" }'
}

# NAME REVISION VALUE of the last write of each name that was acknowledged, and ? where a later one may have happened.
last_writes() {
  awk '/"op": "status_set"/ {
    match($0, /"key": "[^"]*"/); key = substr($0, RSTART + 8, RLENGTH - 9)
    match($0, /"value": "[^"]*"/); value = substr($0, RSTART + 10, RLENGTH - 11)
    if ($0 ~ /"end": null/) { doubt[key] = 1; next }
    if (match($0, /"set": true, "revision": [0-9]+/)) {
      revision = substr($0, RSTART + 25, RLENGTH - 25) + 0
      if (revision > last[key]) { last[key] = revision; written[key] = value }
    }
  }
  END { for (key in last) print key, last[key], written[key], (key in doubt ? "?" : "") }' "$1"
}

median() { sort -n | awk '{ v[NR] = $1 } END { print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

lockctl -q dev up --servers 5 >/dev/null
violations=0 undecided=0
for ((trial = 1; trial <= trials; ++trial)); do
  history=$folder/history.$trial
  lockctl -q bench --workload mixed --clients 16 --warmup 0s --secs 4 --history "$history" --output json \
    >"$folder/load" 2>&1 &
  load=$!
  sleep 1.5
  killed=$(uptime_ns)
  leader=$(lockctl dev kill leader 2>&1) || { say "trial $trial: no leader to kill: $leader"; violations=$((violations + 1)); }
  load_code=0
  wait "$load" || load_code=$?
  load=
  lockctl -q dev up >/dev/null
  [ $load_code = 0 ] || { say "trial $trial: the load ended with $load_code: $(tail -n 1 "$folder/load")"; violations=$((violations + 1)); }

  code=0
  judged=$(raftsim check "$history" 2>&1) || code=$?
  case $code in
    0) verdict=linearizable ;;
    2) verdict=UNDECIDED; undecided=$((undecided + 1)); say "$judged" ;;
    *) verdict=VIOLATION; violations=$((violations + 1)); say "$judged" ;;
  esac
  if [ $code != 0 ]; then
    kept=$folder.history.$trial
    cp "$history" "$kept"
    say "the history is kept in $kept"
  fi
  grants "$history" >"$folder/grants.$trial"
  last_writes "$history" >>"$folder/writes"
  gap=$(longest_gap "$history" "$killed")
  acknowledged=$(grep -c '"ret"' "$history" || :)
  unknown=$(grep '"end": null' "$history" | grep -vc '"op": "expire"' || :)
  echo "$gap" >>"$folder/gaps"
  echo "$acknowledged $unknown" >>"$folder/counts"
  printf 'trial %2d: killed server %s, %5d ms without a grant, %6d operations acknowledged, %2d of unknown outcome, %s\n' \
    "$trial" "$(sed -n 's/.*to server \([0-9]*\).*/\1/p' <<<"$leader")" "$gap" "$acknowledged" "$unknown" "$verdict"
done

faults=$(token_faults "$folder"/grants.*)
[ -z "$faults" ] || { say "$faults"; violations=$((violations + $(wc -l <<<"$faults"))); }

# Every record as it was last acknowledged, or as a later write of unknown outcome left it.
lost=0 records=0
while read -r name revision value doubt; do
  records=$((records + 1))
  found=$(lockctl --output json status "$name" 2>&1) || :
  now=$(sed -n 's/.*"revision": *\([0-9]*\).*/\1/p;s/.*"index": *\([0-9]*\).*/\1/p' <<<"$found" | head -n 1)
  if [ -z "$now" ] || [ "$now" -lt "$revision" ] || { [ -z "$doubt" ] && [[ $found != *"\"$value\""* ]]; }; then
    say "$name: $value at index $revision was acknowledged, but it is $found"
    lost=$((lost + 1))
  fi
done <"$folder/writes"
violations=$((violations + lost))

say
say "$trials leaders killed under load:"
awk '{ a += $1; u += $2 } END { printf "  acknowledged operations  %d\n  unknown outcomes         %d\n", a, u }' "$folder/counts"
say "  grants                   $(cat "$folder"/grants.* | wc -l), each with a token of its own, in order: $([ -z "$faults" ] && echo yes || echo NO)"
say "  final statuses           $((records - lost)) of $records as acknowledged"
say "  longest gap in grants    median $(median <"$folder/gaps") ms, maximum $(sort -n "$folder/gaps" | tail -n 1) ms"
say "  undecided histories      $undecided"
say "  violations               $violations"
[ "$violations" = 0 ] || exit 1
[ "$undecided" = 0 ] || exit 2
