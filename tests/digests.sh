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
  digests=$(for scenario in scenarios/*.json; do
    "build/$preset/raftsim" run "$scenario" --seeds $seeds --output json 2>/dev/null |
      grep -o '"digest":"[0-9a-f]*"\|"seed":[0-9]*' | paste -sd' ' | sed "s|^|$scenario |"
  done)
  count=$(grep -o digest <<<"$digests" | wc -l)
  [ "$count" != 0 ] || { echo "digests: $preset printed none" >&2; exit 1; }
  reference=${reference:-$digests}
  if [ "$digests" = "$reference" ]; then echo "$preset: $count digests, all equal"
  else echo "$preset differs from ${presets[0]}:" >&2; diff <(echo "$reference") <(echo "$digests") >&2; exit 3; fi
done
