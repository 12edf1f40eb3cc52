#!/usr/bin/env bash
# digests.sh: the same scenario and seed give the same digest under every compiler, optimisation level and sanitizer.
#   digests.sh [--short]     --short: gcc -O2 and clang -O0 only
set -euo pipefail
cd "$(dirname "$0")/.."
presets=(release debug clang clang-debug asan)
[ "${1:-}" != --short ] || presets=(release clang-debug)
seeds=1..3
reference=
for preset in "${presets[@]}"; do
  cmake --preset "$preset" -DLOCKD_TESTS=$([ "$preset" = release ] && echo ON || echo OFF) >/dev/null
  cmake --build --preset "$preset" --target raftsim >/dev/null
  digests=
  for scenario in scenarios/*.json; do
    # Three seeds needn't meet what a scenario requires of all its seeds: inconclusive (2) has its digests too.
    code=0
    run=$("build/$preset/raftsim" run "$scenario" --seeds $seeds --output json 2>/dev/null) || code=$?
    case $code in
      0 | 2) ;;
      *) echo "digests: $preset: $scenario ended with $code" >&2; exit 1 ;;
    esac
    digests+="$scenario $(grep -o '"digest":"[0-9a-f]*"\|"seed":[0-9]*' <<<"$run" | paste -sd' ')"$'\n'
  done
  count=$(grep -o digest <<<"$digests" | wc -l)
  [ "$count" != 0 ] || { echo "digests: $preset printed none" >&2; exit 1; }
  reference=${reference:-$digests}
  if [ "$digests" = "$reference" ]; then echo "$preset: $count digests, all equal"
  else echo "$preset differs from ${presets[0]}:" >&2; diff <(echo "$reference") <(echo "$digests") >&2; exit 3; fi
done
