#!/bin/sh
# Fuzzes one target for some seconds: Fuzz/run.sh TARGET SECONDS. Fuzz/run.sh lists the targets. What it learns is kept in
# .build/fuzz/found/TARGET and used the next time; an input that fails is kept as Fuzz/corpus/TARGET/crash-…, where
# `make test` runs it, too. Further arguments go to libFuzzer. LINLI_FUZZ_NO_BUILD=1 takes the fuzzer as it is.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
out=$root/.build/fuzz
if [ $# -lt 2 ]; then
  echo "usage: Fuzz/run.sh TARGET SECONDS [LIBFUZZER-OPTION...]; targets: $(cd "$root/Fuzz/corpus" && echo *)" >&2
  exit 2
fi
target=$1 seconds=$2
shift 2
corpus=$root/Fuzz/corpus/$target
[ -d "$corpus" ] || { echo "no fuzz target '$target'; there are: $(cd "$root/Fuzz/corpus" && echo *)" >&2; exit 2; }
[ "${LINLI_FUZZ_NO_BUILD:-}" = 1 ] || "$root/Fuzz/build.sh"

case $target in
  decoder | tape | answers | gateways | steps) words=json ;;
  topics) words=topics ;;
  journal | checkpoint | second-comings | links | history*) words= ;;
  scalars | messages | calendar) words=$target ;;
  *) words=yaml ;;
esac
dictionary=$root/Fuzz/dictionaries/$words.dict
mkdir -p "$out/found/$target"
export LINLI_FUZZ_TARGET="$target"
# The leak sanitizer does not see pointers whose spare bits Swift uses (indirect enum cases) and would report what is in use.
# Memory that really leaks shows in the limit on the resident size.
export ASAN_OPTIONS="detect_leaks=0${ASAN_OPTIONS:+:$ASAN_OPTIONS}" SWIFT_BACKTRACE=enable=no
exec "$out/fuzzer" -max_total_time="$seconds" -max_len=4096 -timeout=20 -rss_limit_mb=2048 -malloc_limit_mb=512 \
  -detect_leaks=0 -print_final_stats=1 -artifact_prefix="$corpus/" ${words:+-dict="$dictionary"} "$@" "$out/found/$target" "$corpus"
