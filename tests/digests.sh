#!/usr/bin/env bash
# digests.sh: the same scenario and seed give the same digest under every compiler, optimisation level and sanitizer.
#   digests.sh [--short]     --short: gcc -O2 and clang -O0 only, a seed of every third scenario
set -euo pipefail
cd "$(dirname "$0")/.."
presets=(release debug clang clang-debug asan)
seeds=1..3
mapfile -t scenarios < <(printf '%s\n' scenarios/*.json)
[ "${1:-}" != --short ] || {
  presets=(release clang-debug) seeds=1
  mapfile -t scenarios < <(printf '%s\n' scenarios/*.json | awk 'NR % 3 == 1')
}

# digests_of PRESET SCENARIO: a line that names the scenario, its seeds and their digests.
digests_of() {
  local code=0 run
  run=$("build/$1/raftsim" run "$2" --seeds "$seeds" --output json 2>/dev/null) || code=$?
  # So few seeds needn't meet what a scenario requires of all of its own, or fail where some must: inconclusive (2) and
  # failed (1) runs have their digests too.
  case $code in
    0 | 1 | 2) ;;
    *) echo "digests: $1: $2 ended with $code" >&2; return 1 ;;
  esac
  echo "$2 $(grep -o '"digest":"[0-9a-f]*"\|"seed":[0-9]*' <<<"$run" | paste -sd' ')"
}
export -f digests_of
export seeds

reference=
for preset in "${presets[@]}"; do
  cmake --preset "$preset" -DLOCKD_TESTS=$([ "$preset" = release ] && echo ON || echo OFF) >/dev/null
  log=build/$preset/digests.log
  cmake --build --preset "$preset" --target raftsim >"$log" 2>&1 || { cat "$log" >&2; exit 70; }
  digests=$(printf '%s\n' "${scenarios[@]}" |
    xargs -P "$(nproc)" -I{} bash -c 'digests_of "$0" "$1"' "$preset" {} | sort)
  count=$(grep -o '"digest"' <<<"$digests" | wc -l)
  [ "$count" -ge ${#scenarios[@]} ] || { echo "digests: $preset printed only $count" >&2; exit 1; }
  reference=${reference:-$digests}
  if [ "$digests" = "$reference" ]; then echo "$preset: $count digests, all equal"
  else echo "$preset differs from ${presets[0]}:" >&2; diff <(echo "$reference") <(echo "$digests") >&2; exit 3; fi
done
