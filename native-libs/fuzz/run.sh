#!/usr/bin/env bash
# Runs the fuzz targets, one after the other, and says how often each was executed.
#
#   native-libs/fuzz/run.sh [seconds for each target, 60 by default] [target ...]
#
# Inputs that reached something new are kept in native-libs/build-fuzz/corpus and are where the next run begins.
# Ends with 1 and the input's path when a target finds something, with 77 where the compiler has no libFuzzer.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-60}
shift || true
build=${FACE_FUZZ_BUILD:-build-fuzz}

if ! command -v "${CXX:-clang++}" >/dev/null; then
  echo "skipped: ${CXX:-clang++} is not there (Debian: sudo apt install clang)"
  exit 77
fi
if ! configured=$(cmake -S . -B "$build" -DCMAKE_C_COMPILER="${CC:-clang}" -DCMAKE_CXX_COMPILER="${CXX:-clang++}" \
  -DCMAKE_BUILD_TYPE=Debug -DFACE_FUZZ=ON -DFACE_WARNINGS_AS_ERRORS=OFF 2>&1); then
  if [[ $configured == *"No runtime for"* ]]; then
    echo "skipped: ${CXX:-clang++} comes without libFuzzer (Debian: sudo apt install libclang-rt-dev)"
    exit 77
  fi
  echo "$configured"
  exit 1
fi
cmake --build "$build" --target fuzz --parallel >"$build/build.log" 2>&1 || { cat "$build/build.log"; exit 1; }

if [ $# -eq 0 ]; then
  for source in fuzz/*_fuzz.cpp; do set -- "$@" "$(basename "$source" _fuzz.cpp)"; done
fi
total=0
for target in "$@"; do
  corpus=$build/corpus/$target
  mkdir -p "$corpus" "$build/findings"
  log=$build/$target.log
  if ! "$build/fuzz/${target}_fuzz" -max_total_time="$seconds" -max_len=400 -timeout=20 -rss_limit_mb=2048 \
    -print_final_stats=1 -artifact_prefix="$build/findings/$target-" "$corpus" >"$log" 2>&1; then
    tail -n 60 "$log"
    echo "$target: found something, see above; the whole log is native-libs/$log"
    exit 1
  fi
  executions=$(awk '/^stat::number_of_executed_units/ { print $2 }' "$log")
  covered=$(awk '/ cov: / { for (i = 1; i < NF; ++i) if ($i == "cov:") found = $(i + 1) } END { print found }' "$log")
  echo "$target: $executions executions, $covered edges covered"
  total=$((total + executions))
done
echo "fuzzing: $# targets, $total executions, nothing found"
