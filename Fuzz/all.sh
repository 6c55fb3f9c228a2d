#!/bin/sh
# Fuzzes every target for some seconds, one after the other, at the lowest priority: Fuzz/all.sh SECONDS [ROUNDS [OPTION...]].
# Further arguments go to libFuzzer: `Fuzz/all.sh 60 1 -runs=2000 -seed=1` does the same each time; `make test` runs that.
# Prints a line for each: executions, executions a second, coverage, or the input that failed. Logs: .build/fuzz/logs.
# Exit code 1 when a target failed.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
seconds=${1:?usage: Fuzz/all.sh SECONDS [ROUNDS [OPTION...]]}
rounds=${2:-1}
[ $# -lt 2 ] || shift
shift
logs=$root/.build/fuzz/logs
mkdir -p "$logs"
"$root/Fuzz/build.sh" || exit 1
failed=0
round=1
while [ "$round" -le "$rounds" ]; do
  for folder in "$root"/Fuzz/corpus/*/; do
    target=$(basename "$folder")
    log=$logs/$target.log
    if LINLI_FUZZ_NO_BUILD=1 nice -n 19 "$root/Fuzz/run.sh" "$target" "$seconds" "$@" > "$log" 2>&1; then
      state=fine
    else
      state="FAILED: $(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)"
      failed=1
    fi
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    rate=$(sed -n 's/^stat::average_exec_per_sec: *//p' "$log")
    cover=$(sed -n 's/.*\(cov: [0-9]* ft: [0-9]*\).*/\1/p' "$log" | tail -n 1)
    printf '%s  %-16s %10s runs  %6s/s  %s  %s\n' "$(date +%H:%M:%S)" "$target" "${runs:-?}" "${rate:-?}" "$cover" "$state"
  done
  round=$((round + 1))
done
exit $failed
