#!/usr/bin/env bash
# hunt.sh: plants each bug of mutants.txt in a copy of the sources, and lets raftsim hunt it with the standing scenarios.
#   hunt.sh [--short | --full] [NAME…]    60 CPU-seconds a bug; --full: 600; --short: 20, and only the bugs marked `short`
# Exit status 0 when every bug that is not `equivalent` was found and no equivalent one was.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
list=$root/tests/mutants/mutants.txt
work=$root/build/mutants
budget=60
only_short=
names=()
for arg; do
  case $arg in
    --short) budget=20 only_short=yes ;;
    --full) budget=600 ;;
    -*) printf 'hunt.sh: unknown option %s\n' "$arg" >&2; exit 64 ;;
    *) names+=("$arg") ;;
  esac
done

# The sources as they are in the working tree, in a folder of their own; ccache and a kept build make the next one quick.
mkdir -p "$work/tree"
(cd "$root" && git ls-files -z --cached --others --exclude-standard core sim net cli scenarios CMakeLists.txt |
  tar --null --files-from=- -cf -) | tar -C "$work/tree" -xf - --skip-old-files
(cd "$root" && git ls-files --cached --others --exclude-standard core sim net cli scenarios CMakeLists.txt) |
  while read -r f; do cmp -s "$root/$f" "$work/tree/$f" || cp "$root/$f" "$work/tree/$f"; done
cd "$work/tree"
cmake -S . -B "$work/build" -G Ninja -DLOCKD_TESTS=OFF -DCMAKE_BUILD_TYPE=RelWithDebInfo \
  -DCMAKE_CXX_FLAGS_RELWITHDEBINFO=-O2 >/dev/null

# hunt: runs every scenario over more and more seeds until one finds something or the time is used up.
# Answers "found|survived", CPU-seconds, and the line that tells the finding.
hunt() {
  local used=0 first=1 count=10 out code start
  while awk "BEGIN{exit !($used < $budget)}"; do
    for scenario in scenarios/*.json; do
      case $scenario in *.schema.json) continue ;; esac
      start=$(cpu)
      code=0
      out=$(timeout $((budget * 2)) "$work/build/raftsim" run "$scenario" --seeds $first..$((first + count - 1)) 2>&1) || code=$?
      used=$(awk "BEGIN{print $used + $(cpu) - $start}")
      case $code in
        0 | 2) ;;
        *)
          printf 'found\t%.1f\t%s: %s\n' "$used" "$(basename "$scenario" .json)" \
            "$(grep -m1 -iE 'violation|violated|not deterministic|error|check' <<<"$out" | tr '\t' ' ' | cut -c1-110)"
          return ;;
      esac
      awk "BEGIN{exit !($used < $budget)}" || break
    done
    first=$((first + count)) count=$((count * 2))
  done
  printf 'survived\t%.1f\t\n' "$used"
}

# CPU-seconds used by the children of this shell so far.
cpu() { awk '{print ($16 + $17) / 100}' "/proc/$$/stat"; }

missed=0 alarms=0 found=0 total=0 times=()
mutate() { # name file line becomes breaks kind
  local content changed result verdict seconds what
  content=$(<"$2")
  [ "${content#*"$3"}" != "$content" ] || { printf 'hunt.sh: %s: its line is not in %s\n' "$1" "$2" >&2; exit 65; }
  changed=${content/"$3"/"$4"}
  [ "${changed#*"$3"}" = "$changed" ] || [ "${4#*"$3"}" != "$4" ] ||
    { printf 'hunt.sh: %s: its line is in %s more than once\n' "$1" "$2" >&2; exit 65; }
  printf '%s\n' "$changed" >"$2"
  if ninja -C "$work/build" raftsim >"$work/log" 2>&1; then result=$(hunt); else result=$'broken\t0\tdoes not compile'; fi
  cp "$root/$2" "$2"
  IFS=$'\t' read -r verdict seconds what <<<"$result"
  total=$((total + 1))
  case $6.$verdict in
    *.broken) missed=$((missed + 1)) ;;
    equivalent.found) alarms=$((alarms + 1)); verdict='FALSE ALARM' ;;
    equivalent.survived) verdict='quiet' ;;
    *.found) found=$((found + 1)); times+=("$seconds") ;;
    *.survived) missed=$((missed + 1)); verdict=SURVIVED ;;
  esac
  printf '%-44s %-5s %-11s %7ss  %s\n' "$1" "$5" "$verdict" "$seconds" "$what"
}

name='' file='' line='' becomes='' breaks='' kind=''
flush() {
  [ -n "$name" ] || return 0
  if [ ${#names[@]} != 0 ]; then [[ " ${names[*]} " == *" $name "* ]] || return 0
  elif [ -n "$only_short" ] && [[ $kind != *short* ]]; then return 0; fi
  mutate "$name" "$file" "$line" "$becomes" "${breaks%% *}" "${kind%% *}"
}
while IFS= read -r row; do
  case $row in
    '['*']') flush; name=${row:1:-1} file='' line='' becomes='' breaks='' kind='' ;;
    'file '*) file=${row#file } ;;
    'line '*) line=${row#line } ;;
    'becomes'*) becomes=${row#becomes}; becomes=${becomes# } ;;
    'breaks '*) breaks=${row#breaks } ;;
    'kind '*) kind=${row#kind } ;;
  esac
done < <(sed 's/^ *//' "$list")
flush
median=$(printf '%s\n' "${times[@]:-0}" | sort -n | awk '{a[NR]=$1} END{print a[int((NR+1)/2)]}')
printf '%d planted: %d found within %d CPU-seconds (median %s), %d missed, %d false alarms\n' \
  "$total" "$found" "$budget" "$median" "$missed" "$alarms"
[ "$total" != 0 ] && [ "$missed" = 0 ] && [ "$alarms" = 0 ]
