#!/bin/sh
# Fuzzes one parser: Fuzz/run.sh TARGET SECONDS, with TARGET one of decoder, tape. Inputs that fail are kept under
# Fuzz/corpus/TARGET and are run first the next time.
set -eu
target=${1:?usage: Fuzz/run.sh TARGET SECONDS}
seconds=${2:?usage: Fuzz/run.sh TARGET SECONDS}
root=$(cd "$(dirname "$0")/.." && pwd)
[ -f "$root/Fuzz/$target.swift" ] || { echo "no fuzz target '$target' in $root/Fuzz" >&2; exit 2; }
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
json=$root/Sources/CSimdjson
for file in "$json"/*.cpp; do
  clang++ -std=c++17 -O1 -g -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=undefined \
    -I"$json/include" -c "$file" -o "$build/$(basename "$file").o"
done
printf 'module CSimdjson { header "%s/include/linli_json.h" }\n' "$json" > "$build/module.modulemap"
find "$root/Sources/Pipeline/Plan" "$root/Sources/Pipeline/Decode" "$root/Sources/Pipeline/Normalise" \
  "$root/Sources/Pipeline/Tape" -name '*.swift' > "$build/sources"
# The compiler leaves module files where it stands.
cd "$build"
swiftc -O -wmo -g -swift-version 6 -sanitize=fuzzer,address -parse-as-library -package-name linli -module-name Fuzz \
  -Xcc -fmodule-map-file="$build/module.modulemap" -I "$build" @"$build/sources" "$root/Fuzz/$target.swift" \
  "$build"/*.o -lsimdjson -lstdc++ -lubsan -o "$build/$target" 2>"$build/log" || { cat "$build/log" >&2; exit 1; }
mkdir -p "$root/Fuzz/corpus/$target" "$build/found"
"$build/$target" -max_total_time="$seconds" -max_len=4096 -close_fd_mask=1 -artifact_prefix="$root/Fuzz/corpus/$target/" \
  "$build/found" "$root/Fuzz/corpus/$target"
