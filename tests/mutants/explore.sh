#!/usr/bin/env bash
# explore.sh: plants each bug of explore.txt in a copy of its source, and lets `raftsim explore` search the bounds that the
# bug names: no seed, no scenario.
#   explore.sh [--budget SECONDS] [NAME…]    120 s a bug unless told
# Exit status 0 when every bug was found that is within reach, and no equivalent one was.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$root/build/mutants-explore
budget=120
names=()
while [ $# != 0 ]; do
  case $1 in
    --budget) budget=${2:?}; shift ;;
    -*) printf 'explore.sh: unknown option %s\n' "$1" >&2; exit 64 ;;
    *) names+=("$1") ;;
  esac
  shift
done

# Each bug costs one source compiled and one program linked: everything else comes from the release build.
build=$root/build/release
cmake --build "$build" --target raftsim -- -j2 >/dev/null
mkdir -p "$work"
compiler=$(sed -n 's/^CMAKE_CXX_COMPILER:[A-Z]*=//p' "$build/CMakeCache.txt")
libraries=(libsim_explore.a libsim.a libsim_check.a libcore_host.a libcore_node.a libcore_client.a libcore_wire.a
  libcore_lock.a libcli_common.a "$work/libcore_raft.a" libcore_base.a)

plant() { # source
  "$compiler" -std=c++20 -O2 -w -I"$work" -I"$root" -c "$work/$1" -o "$work/$(basename "$1").o" &&
    cp "$build/libcore_raft.a" "$work/" && ar r "$work/libcore_raft.a" "$work/$(basename "$1").o" &&
    (cd "$build" && "$compiler" -o "$work/raftsim" CMakeFiles/raftsim.dir/cli/raftsim/*.o "${libraries[@]}" -pthread)
}

missed=0 found=0 alarms=0
search() { # name bounds kind
  local code=0 start=$EPOCHREALTIME end verdict
  # The bounds are words of their own.
  # shellcheck disable=SC2086
  "$work/raftsim" explore $2 --budget "${budget}s" >"$work/out" 2>&1 || code=$?
  end=$EPOCHREALTIME
  case $3.$code in
    equivalent.1) verdict='FALSE ALARM' alarms=$((alarms + 1)) ;;
    equivalent.*) verdict=quiet ;;
    beyond.0 | beyond.2) verdict='not reached' ;;
    *.1) verdict=found found=$((found + 1)) ;;
    *) verdict=MISSED missed=$((missed + 1)) ;;
  esac
  printf '%-42s %-11s %6ss  %-9s %-44s %s\n' "$1" "$verdict" \
    "$(awk -v a="$start" -v b="$end" 'BEGIN{printf "%.1f", b - a}')" \
    "$(grep -oE '^[0-9.]+[kMG]? states' "$work/out" | cut -d' ' -f1)" "$2" \
    "$(grep -E '^(violation after|inconclusive|raftsim:|the whole)' "$work/out" | cut -c1-70)"
}

mutate() { # name file line becomes bounds kind
  local content changed
  content=$(<"$root/$2")
  [ "${content#*"$3"}" != "$content" ] || { printf 'explore.sh: %s: its line is not in %s\n' "$1" "$2" >&2; exit 65; }
  changed=${content/"$3"/"$4"}
  mkdir -p "$work/$(dirname "$2")"
  printf '%s\n' "$changed" >"$work/$2"
  if plant "$2" >"$work/log" 2>&1; then search "$1" "$5" "$6"
  else missed=$((missed + 1)); printf '%-42s does not compile\n' "$1"; fi
}

name='' file='' line='' becomes='' bounds='' kind=''
flush() {
  [ -n "$name" ] || return 0
  [ ${#names[@]} = 0 ] || [[ " ${names[*]} " == *" $name "* ]] || return 0
  mutate "$name" "$file" "$line" "$becomes" "$bounds" "${kind:-bug}"
}
while IFS= read -r row; do
  case $row in
    '['*']') flush; name=${row:1:-1} file='' line='' becomes='' bounds='' kind='' ;;
    'file '*) file=${row#file } ;;
    'line '*) line=${row#line } ;;
    'becomes'*) becomes=${row#becomes}; becomes=${becomes# } ;;
    'bounds '*) bounds=${row#bounds } ;;
    'kind '*) kind=${row#kind } ;;
  esac
done <"$root/tests/mutants/explore.txt"
flush
printf '%d found, %d missed, %d false alarms\n' "$found" "$missed" "$alarms"
[ "$missed" = 0 ] && [ "$alarms" = 0 ]
