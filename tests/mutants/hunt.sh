#!/usr/bin/env bash
# hunt.sh: plants each bug of mutants.txt in a copy of the sources, and lets raftsim hunt it with the standing scenarios.
#   hunt.sh [--short | --full | --budget N] [--only SCENARIO]… [NAME…]
# 60 CPU-seconds a bug; --full: 600; --short: 20, and only the bugs marked `short`; --only: by no other scenarios.
# Exit status 0 when every bug that is not `equivalent` was found and no equivalent one was.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
list=$root/tests/mutants/mutants.txt
work=$root/build/mutants
budget=60
only_short=
only=()
names=()
while [ $# != 0 ]; do
  case $1 in
    --short) budget=20 only_short=yes ;;
    --full) budget=600 ;;
    --budget) budget=${2:?hunt.sh: --budget takes CPU-seconds}; shift ;;
    --only) only+=("${2:?hunt.sh: --only takes a scenario}"); shift ;;
    -*) printf 'hunt.sh: unknown option %s\n' "$1" >&2; exit 64 ;;
    *) names+=("$1") ;;
  esac
  shift
done

# The sources as they are in the working tree, in a folder of their own; ccache and a kept build make the next one quick.
sources() {
  git -C "$root" ls-files --cached --others --exclude-standard core sim net cli scenarios CMakeLists.txt CMakePresets.json |
    while read -r f; do [ ! -f "$root/$f" ] || printf '%s\n' "$f"; done | sort -u
}
mkdir -p "$work/tree"
sources >"$work/sources"
while read -r f; do
  cmp -s "$root/$f" "$work/tree/$f" || install -Dm644 "$root/$f" "$work/tree/$f"
done <"$work/sources"
(cd "$work/tree" && find . -path ./build -prune -o -type f -printf '%P\n') | sort -u | comm -23 - "$work/sources" |
  while read -r f; do rm -f "$work/tree/$f"; done
cd "$work/tree"
# As the main build, one level deeper in the same tree, so that ccache knows most of the objects from there.
export CCACHE_BASEDIR=${CCACHE_BASEDIR:-$(ccache -k base_dir 2>/dev/null || true)} CCACHE_NOHASHDIR=1
[ -n "$CCACHE_BASEDIR" ] || CCACHE_BASEDIR=$root
build=$work/tree/build/release
cmake --preset release -DLOCKD_TESTS=OFF >/dev/null
ninja -C "$build" raftsim >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 70; }

# Those that were made for the bug, then the others; or only those that were asked for.
scenarios_for() { # SCENARIO…
  local scenario
  if [ ${#only[@]} != 0 ]; then printf '%s\n' "${only[@]}"; return; fi
  printf '%s\n' "$@"
  for scenario in scenarios/*.json; do
    scenario=$(basename "$scenario" .json)
    [[ " $* " == *" $scenario "* ]] || printf '%s\n' "$scenario"
  done
}

# hunt: runs every scenario over more and more seeds until one finds something or the time is used up.
# Answers found or survived, CPU-seconds, the scenario, and the line that tells the finding.
hunt() { # SCENARIO…
  local used=0 first=1 count=4 code scenario
  local TIMEFORMAT='%U %S'
  while :; do
    for scenario in $(scenarios_for "$@"); do
      code=0
      { time timeout $((budget * 2)) "$build/raftsim" run "scenarios/$scenario.json" --seeds $first..$((first + count - 1)) \
        >"$work/out" 2>&1; } 2>"$work/time" || code=$?
      used=$(awk -v used="$used" '{print used + $1 + $2}' "$work/time")
      case $code in
        0 | 2 | 124) ;;  # 124: too slow, which proves nothing
        *)
          printf 'found\t%.1f\t%s\t%s\n' "$used" "$scenario" "$(finding "$code")"
          return ;;
      esac
      if awk -v used="$used" -v budget="$budget" 'BEGIN{exit !(used >= budget)}'; then
        printf 'survived\t%.1f\t-\t-\n' "$used"
        return
      fi
    done
    first=$((first + count)) count=$((count * 2))
  done
}

finding() { # exit code
  local line
  line=$(grep -m1 -oE 'violates .*|not deterministic.*|died .*' "$work/out" | tr '\t' ' ') || line="exit status $1"
  printf '%s' "${line#violates }" | cut -c1-100
}

missed=0 alarms=0 found=0 total=0 times=()
mutate() { # name file line becomes breaks kind first
  local content changed result verdict seconds where what
  content=$(<"$2")
  [ "${content#*"$3"}" != "$content" ] || { printf 'hunt.sh: %s: its line is not in %s\n' "$1" "$2" >&2; exit 65; }
  changed=${content/"$3"/"$4"}
  [ "${changed#*"$3"}" = "$changed" ] || [ "${4#*"$3"}" != "$4" ] ||
    { printf 'hunt.sh: %s: its line is in %s more than once\n' "$1" "$2" >&2; exit 65; }
  printf '%s\n' "$changed" >"$2"
  if ninja -C "$build" raftsim >"$work/log" 2>&1; then result=$(hunt $7)
  else result=$'broken\t0\t-\tdoes not compile'; fi
  cp "$root/$2" "$2"
  IFS=$'\t' read -r verdict seconds where what <<<"$result"
  total=$((total + 1))
  case $6.$verdict in
    *.broken) missed=$((missed + 1)) ;;
    equivalent.found) alarms=$((alarms + 1)); verdict='FALSE ALARM' ;;
    equivalent.survived) verdict='quiet' ;;
    *.found) found=$((found + 1)); times+=("$seconds") ;;
    *.survived) missed=$((missed + 1)); verdict=SURVIVED ;;
  esac
  printf '%-42s %-4s %-11s %6ss  %-20s %s\n' "$1" "$5" "$verdict" "$seconds" "$where" "$what"
}

name='' file='' line='' becomes='' breaks='' kind='' first=''
flush() {
  [ -n "$name" ] || return 0
  if [ ${#names[@]} != 0 ]; then [[ " ${names[*]} " == *" $name "* ]] || return 0
  elif [ -n "$only_short" ] && [[ $kind != *short* ]]; then return 0; fi
  mutate "$name" "$file" "$line" "$becomes" "${breaks%% *}" "${kind%% *}" "$first"
}
while IFS= read -r row; do
  case $row in
    '['*']') flush; name=${row:1:-1} file='' line='' becomes='' breaks='' kind='' first='' ;;
    'file '*) file=${row#file } ;;
    'line '*) line=${row#line } ;;
    'becomes'*) becomes=${row#becomes}; becomes=${becomes# } ;;
    'breaks '*) breaks=${row#breaks } ;;
    'kind '*) kind=${row#kind } ;;
    'first '*) first=${row#first } ;;
  esac
done < <(sed 's/^ *//' "$list")
flush
median=$(printf '%s\n' "${times[@]:-0}" | sort -n | awk '{a[NR]=$1} END{print a[int((NR+1)/2)]}')
printf '%d planted: %d found within %d CPU-seconds (median %s), %d missed, %d false alarms\n' \
  "$total" "$found" "$budget" "$median" "$missed" "$alarms"
[ "$total" != 0 ] && [ "$missed" = 0 ] && [ "$alarms" = 0 ]
