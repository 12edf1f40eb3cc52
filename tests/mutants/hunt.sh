#!/usr/bin/env bash
# hunt.sh: plants each bug of mutants.txt in a copy of the sources, and lets raftsim hunt it with the standing scenarios.
#   hunt.sh [--short | --full | --budget N] [--jobs N] [--blind FILE] [--only SCENARIO]… [--fresh] [NAME…]
# 600 CPU-seconds a bug at most, 60 for an equivalent one. --full: 600 for these, too. --short: 20 each, and only the bugs
# marked `short`. --budget: that many for all. --jobs: so many at once (2). --blind: the bugs of another list, without its
# `first`. --only: by no other scenarios. What was found out about the same sources before is not hunted again, unless --fresh
# or --only: build/mutants/results.tsv keeps it.
# Exit status 0: every bug that is not `equivalent` was found, and no equivalent one; 1: not so; 64 usage, 65 the list is
# wrong, 70 the sources don't build.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$root/build/mutants
die() { local code=$1; shift; printf 'hunt.sh: %s\n' "$*" >&2; exit "$code"; }

# What a run is told is handed to those that hunt one bug each: this script again, with --one.
one='' short=''
names=()
: "${HUNT_LIST:=$root/tests/mutants/mutants.txt}" "${HUNT_BLIND:=}" "${HUNT_ONLY:=}" "${HUNT_FRESH:=}"
: "${HUNT_BUDGET:=600}" "${HUNT_QUIET:=60}" "${HUNT_JOBS:=2}" "${HUNT_TREE:=}"
number() { [[ $2 =~ ^[1-9][0-9]*$ ]] || die 64 "$1 takes a whole number from 1 on, not '$2'"; }
while [ $# != 0 ]; do
  case $1 in
    --short) HUNT_BUDGET=20 HUNT_QUIET=20 short=yes ;;
    --full) HUNT_QUIET=600 ;;
    --budget) number "$1" "${2:-}"; HUNT_BUDGET=$2 HUNT_QUIET=$2; shift ;;
    --jobs) number "$1" "${2:-}"; HUNT_JOBS=$2; shift ;;
    --blind)
      [ -r "${2:-}" ] || die 64 "--blind takes a list of bugs, not '${2:-}'"
      HUNT_LIST=$(realpath "$2") HUNT_BLIND=yes
      shift ;;
    --only)
      [ -r "$root/scenarios/${2:-}.json" ] || die 64 "--only takes a scenario's name, not '${2:-}'"
      HUNT_ONLY+=" $2"
      shift ;;
    --fresh) HUNT_FRESH=yes ;;
    --one) one=$2; shift ;;
    -*) die 64 "unknown option $1" ;;
    *) names+=("$1") ;;
  esac
  shift
done

order=()
declare -A file line becomes breaks kind first
read_list() {
  local row name=''
  while IFS= read -r row; do
    case $row in
      '['*']')
        name=${row:1:-1}
        order+=("$name")
        file[$name]='' line[$name]='' becomes[$name]='' breaks[$name]='-' kind[$name]='' first[$name]='' ;;
      'file '*) file[$name]=${row#file } ;;
      'line '*) line[$name]=${row#line } ;;
      'becomes'*) row=${row#becomes}; becomes[$name]=${row# } ;;
      'breaks '*) row=${row#breaks }; breaks[$name]=${row%% *} ;;
      'kind '*) kind[$name]=${row#kind } ;;
      'first '*) first[$name]=${row#first } ;;
    esac
  done < <(sed 's/^ *//' "$HUNT_LIST")
}

# The sources as they are in the working tree, in a folder of their own; ccache and a kept build make the next one quick.
sources() {
  git -C "$root" ls-files --cached --others --exclude-standard core sim net cli scenarios CMakeLists.txt CMakePresets.json |
    grep -v "\.md$" |
    while read -r f; do [ ! -f "$root/$f" ] || printf '%s\n' "$f"; done | sort -u
}
prepare() { # tree
  local f
  mkdir -p "$1"
  while read -r f; do cmp -s "$root/$f" "$1/$f" || install -Dm644 "$root/$f" "$1/$f"; done <"$work/sources"
  (cd "$1" && find . -path ./build -prune -o -type f -printf '%P\n') | sort -u | comm -23 - "$work/sources" |
    while read -r f; do rm -f "$1/$f"; done
  (cd "$1" && cmake --preset release -DLOCKD_TESTS=OFF >/dev/null && ninja -j1 -C build/release raftsim >"$1.log" 2>&1) ||
    { cat "$1.log" >&2; die 70 "the sources don't build as they are"; }
}

# Those that were made for the bug, then what has found most so far, then the others; or only those that were asked for.
scenarios_for() { # name
  if [ -n "$HUNT_ONLY" ]; then tr ' ' '\n' <<<"${HUNT_ONLY# }"; return; fi
  {
    [ -n "$HUNT_BLIND" ] || tr ' ' '\n' <<<"${first[$1]}"
    awk -F'\t' '$3 == "found" {n[$5]++} END {for (s in n) print n[s] "\t" s}' "$work/results.tsv" |
      sort -k1,1nr -k2 | cut -f2
    find "$root/scenarios" -name '*.json' -printf '%f\n' | sort | sed 's/\.json$//'
  } | awk 'NF && !seen[$0]++'
}

# Runs every scenario over more and more seeds until one finds something or the time is used up. Answers found or survived,
# CPU-seconds, the scenario, the check and what it says.
hunt() { # tree budget SCENARIO…
  local tree=$1 budget=$2 used=0 from=1 count=2 code scenario
  local TIMEFORMAT='%U %S'
  shift 2
  while :; do
    for scenario; do
      code=0
      [ -f "$tree/scenarios/$scenario.json" ] || continue
      # The wall clock only catches what hangs: the machine may be shared.
      { time timeout $((budget * 5 + 60)) "$tree/build/release/raftsim" run "$tree/scenarios/$scenario.json" --jobs 1 \
        --seeds $from..$((from + count - 1)) >"$tree.out" 2>&1; } 2>"$tree.time" || code=$?
      used=$(awk -v used="$used" '{print used + $1 + $2}' "$tree.time")
      case $code in
        0 | 2 | 124) ;;
        *) printf 'found\t%.1f\t%s\t%s\n' "$used" "$scenario" "$(finding "$tree.out" "$code")"; return ;;
      esac
      if awk -v used="$used" -v budget="$budget" 'BEGIN{exit !(used >= budget)}'; then
        printf 'survived\t%.1f\t-\t-\t-\n' "$used"
        return
      fi
    done
    from=$((from + count)) count=$((count * 2))
  done
}

finding() { # output, exit code
  local said
  said=$(grep -m1 -oE 'violates .*|not deterministic.*|died .*' "$1" | tr '\t' ' ') || said="exit status $2"
  said=${said#violates } said=${said#raft_invariants: }
  printf '%s\t%s' "${said%%:*}" "$(cut -c1-120 <<<"$said")"
}

# A row of results.tsv: sources and bug, name, verdict, CPU-seconds, scenario, check, what it says.
key_of() { sha256sum <<<"$HUNT_TREE ${file[$1]} ${line[$1]} ${becomes[$1]}" | cut -c1-16; }
budget_of() { if [[ ${kind[$1]} == *equivalent* ]]; then printf '%s' "$HUNT_QUIET"; else printf '%s' "$HUNT_BUDGET"; fi; }
kept() { # name: what is known of it, as far as it answers for this budget
  [ -z "$HUNT_FRESH$HUNT_ONLY" ] || return 0
  awk -F'\t' -v key="$(key_of "$1")" -v budget="$(budget_of "$1")" \
    '$1 == key && ($3 != "survived" || $4 >= budget) {row = $0} END {if (row) print row}' "$work/results.tsv"
}
show() { # name verdict seconds scenario check what
  local told=$2
  case ${kind[$1]}.$2 in
    *equivalent*.found) told='FALSE ALARM' ;;
    *equivalent*.survived) told=quiet ;;
    *.survived) told=SURVIVED ;;
    *.broken) told='NO BUILD' ;;
  esac
  printf '%-52s %-4s %-11s %6ss  %-20s %s\n' "$1" "${breaks[$1]}" "$told" "$3" "$4" "$6"
}

hunt_one() { # name
  local name=$1 tree=$work/tree${HUNT_SLOT:-0} result=$'broken\t0\t-\t-\tdoes not compile' content changed
  local -a row scenarios
  content=$(<"$tree/${file[$name]}")
  changed=${content/"${line[$name]}"/"${becomes[$name]}"}
  printf '%s\n' "$changed" >"$tree/${file[$name]}"
  if ninja -j1 -C "$tree/build/release" raftsim >"$tree.log" 2>&1; then
    mapfile -t scenarios < <(scenarios_for "$name")
    result=$(hunt "$tree" "$(budget_of "$name")" "${scenarios[@]}")
  fi
  cp "$root/${file[$name]}" "$tree/${file[$name]}"
  printf '%s\t%s\t%s\n' "$(key_of "$name")" "$name" "$result" >>"$work/results.tsv"
  printf '%s\t%s\n' "$name" "$result" >>"$work/this-run.tsv"
  IFS=$'\t' read -ra row <<<"$result"
  show "$name" "${row[@]}"
}

check_list() {
  local name content rest
  for name in "${order[@]}"; do
    [ -f "$root/${file[$name]}" ] || die 65 "$name: there is no file '${file[$name]}'"
    content=$(<"$root/${file[$name]}")
    rest=${content#*"${line[$name]}"}
    [[ -n "${line[$name]}" && "$rest" != "$content" ]] || die 65 "$name: its line is not in ${file[$name]}"
    [ "${rest#*"${line[$name]}"}" = "$rest" ] || die 65 "$name: its line is in ${file[$name]} more than once"
  done
  for name in "${names[@]}"; do [ -n "${file[$name]:-}" ] || die 64 "no bug is called '$name' in $HUNT_LIST"; done
}

read_list
if [ -n "$one" ]; then hunt_one "$one"; exit; fi
check_list
mkdir -p "$work"
touch "$work/results.tsv"
: >"$work/this-run.tsv"
sources >"$work/sources"
HUNT_TREE=$( (cd "$root" && xargs sha256sum <"$work/sources") | sha256sum | cut -c1-16)
# As the main build, one level deeper in the same tree, so that ccache knows most of the objects from there.
CCACHE_BASEDIR=${CCACHE_BASEDIR:-$(ccache -k base_dir 2>/dev/null || true)} CCACHE_NOHASHDIR=1
[ -n "$CCACHE_BASEDIR" ] || CCACHE_BASEDIR=$root
export CCACHE_BASEDIR CCACHE_NOHASHDIR
export HUNT_LIST HUNT_BLIND HUNT_ONLY HUNT_FRESH HUNT_BUDGET HUNT_QUIET HUNT_JOBS HUNT_TREE

wanted=()
for name in "${order[@]}"; do
  if [ ${#names[@]} != 0 ]; then [[ " ${names[*]} " == *" $name "* ]] || continue
  elif [ -n "$short" ]; then [[ ${kind[$name]} == *short* ]] || continue; fi
  wanted+=("$name")
done
todo=()
for name in "${wanted[@]}"; do
  known=$(kept "$name")
  if [ -z "$known" ]; then todo+=("$name"); continue; fi
  IFS=$'\t' read -ra row <<<"$known"
  printf '%s\n' "$(cut -f2- <<<"$known")" >>"$work/this-run.tsv"
  show "$name" "${row[@]:2}"
done
if [ ${#todo[@]} != 0 ]; then
  [ "$HUNT_JOBS" -le ${#todo[@]} ] || HUNT_JOBS=${#todo[@]}
  slots=()
  for ((slot = 0; slot < HUNT_JOBS; ++slot)); do
    prepare "$work/tree$slot" &
    slots+=($!)
  done
  for pid in "${slots[@]}"; do wait "$pid" || exit 70; done
  printf '%s\n' "${todo[@]}" | xargs -P "$HUNT_JOBS" --process-slot-var=HUNT_SLOT -n1 "$0" --one
fi

# The figures: of those that are not equivalent, how many within 60 and 600 CPU-seconds; which check, which scenario.
for name in "${wanted[@]}"; do
  if [[ ${kind[$name]} == *equivalent* ]]; then printf '%s\tequivalent\n' "$name"; else printf '%s\tplanted\n' "$name"; fi
done >"$work/kinds.tsv"
sort -t$'\t' -k3,3n "$work/this-run.tsv" | awk -F'\t' '
  NR == FNR {kind[$1] = $2; next}
  kind[$1] == "equivalent" {++quiet; if ($2 == "found") ++alarms; else if ($2 == "broken") ++missed; next}
  {++planted}
  $2 == "found" {time[++found] = $3; ++check[$5]; ++by[$4]; if ($3 <= 60) ++minute; if ($3 <= 600) ++ten; next}
  {++missed}
  END {
    for (c in check) printf "check\t%d\t%s\n", check[c], c
    for (s in by) printf "scenario\t%d\t%s\n", by[s], s
    printf "sum\t%d planted: %d found within 60 CPU-seconds, %d within 600 (median %s); ", planted, minute, ten,
      found ? time[int((found + 1) / 2)] : "-"
    printf "%d missed; %d equivalent, %d false alarms\n", missed, quiet, alarms
    exit planted + quiet == 0 || missed + alarms > 0
  }' "$work/kinds.tsv" - >"$work/summary" && code=0 || code=1
for what in check scenario; do
  printf '\n%-28s %s\n' "$what" 'found so many'
  sort -t$'\t' -k2,2nr -k3 "$work/summary" | awk -F'\t' -v what=$what '$1 == what {printf "%-28s %d\n", $3, $2}'
done
printf '\n'
sed -n 's/^sum\t//p' "$work/summary"
exit "$code"
