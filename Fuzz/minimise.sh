#!/bin/sh
# Brings what fuzzing found into the committed corpus: Fuzz/minimise.sh [TARGET...] keeps, of the corpus and of what is in
# .build/fuzz/found, few small inputs that reach the same code (at most 100 a target), every past failure (crash-…,
# timeout-…, oom-…) and every seed that has a name of its own (with a dot).
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
out=$root/.build/fuzz
export ASAN_OPTIONS=detect_leaks=0 SWIFT_BACKTRACE=enable=no
mkdir -p "$out/logs"
[ $# -gt 0 ] || set -- $(cd "$root/Fuzz/corpus" && echo *)
for target in "$@"; do
  corpus=$root/Fuzz/corpus/$target
  seeds=$out/seeds/$target merged=$out/merged/$target
  rm -rf "$seeds" "$merged"
  mkdir -p "$seeds" "$merged" "$out/found/$target"
  # What is not kept by its name takes part in the choice anew.
  for file in "$corpus"/*; do
    case $(basename "$file") in
      *.* | crash-* | timeout-* | oom-*) cp "$file" "$seeds" ;;
      *) mv "$file" "$out/found/$target/" ;;
    esac
  done
  # Chosen by lines of code, not by how often they run: that takes a tenth of the files.
  cp "$seeds"/* "$merged"
  LINLI_FUZZ_TARGET=$target nice -n 19 "$out/fuzzer" -set_cover_merge=1 -use_counters=0 -max_len=4096 \
    -timeout=20 "$merged" "$out/found/$target" > "$out/logs/merge-$target.log" 2>&1
  room=$((100 - $(ls "$seeds" | wc -l)))
  # Where there are too many, some of every size.
  ls -S "$merged" | grep -Ev '\.|^(crash|timeout|oom)-' > "$out/merged/list" || true
  awk -v room="$((room > 0 ? room : 0))" -v all="$(wc -l < "$out/merged/list")" \
    'room >= all || int(NR * room / all) > int((NR - 1) * room / all)' "$out/merged/list" | while read -r file; do
    cp "$merged/$file" "$corpus/$file"
  done
  echo "$target: $(ls "$corpus" | wc -l) files, $(cat "$corpus"/* | wc -c) bytes"
done
