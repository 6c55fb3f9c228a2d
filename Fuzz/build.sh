#!/bin/sh
# Builds the fuzzer of all targets, .build/fuzz/fuzzer: Linli's parsing modules, Yams and the targets of Fuzz/Targets with
# coverage counters, the address sanitizer and assertions, optimised. Only what has changed is compiled again. SwiftPM would
# instrument every dependency of every module as well; the parsers need nothing but Yams, CSimdjson and Foundation.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
out=$root/.build/fuzz
mkdir -p "$out"
yams=$root/.build/checkouts/Yams/Sources
[ -d "$yams" ] || (cd "$root" && swift package resolve >&2)

features="-enable-upcoming-feature ExistentialAny -enable-upcoming-feature InternalImportsByDefault \
  -enable-upcoming-feature MemberImportVisibility"
changed=$out/changed

# stale OUTPUT SOURCE...: whether the output is missing or older than a source or than what it was built on.
stale() {
  output=$1
  shift
  [ -f "$output" ] || return 0
  [ -n "$(find "$@" "$root/Fuzz/build.sh" -newer "$output" -print | head -n 1)" ]
}

# object SOURCE INCLUDE FLAGS...: a C or C++ file.
object() {
  source=$1 include=$2
  shift 2
  result=$out/$(basename "$source").o
  stale "$result" "$source" "$include" || return 0
  clang++ -O1 -g -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=undefined -I"$include" "$@" \
    -c "$source" -o "$result"
}

# module NAME MODULES SOURCES FLAGS...: a Swift module that imports MODULES; SOURCES are files and folders.
module() {
  name=$1 imports=$2 sources=$3
  shift 3
  below=
  for import in $imports; do below="$below $out/$import.swiftmodule"; done
  # shellcheck disable=SC2086
  stale "$out/$name.o" $below $sources || return 0
  echo "building $name" >&2
  # shellcheck disable=SC2086
  find $sources -name '*.swift' > "$out/$name.sources"
  # The compiler leaves files where it stands.
  (cd "$out" && swiftc -O -g -wmo -assert-config Debug -sanitize=fuzzer,address -parse-as-library \
    -package-name linli -module-name "$name" -emit-module -emit-module-path "$out/$name.swiftmodule" -emit-object \
    -o "$out/$name.o" -I "$out" -Xcc -fmodule-map-file="$out/headers.modulemap" \
    -Xcc -fmodule-map-file="$yams/CYaml/include/module.modulemap" "$@" @"$out/$name.sources") \
    > "$out/$name.log" 2>&1 || { cat "$out/$name.log" >&2; rm -f "$out/$name.o"; exit 1; }
  # The compiler leaves alone what would not change; the module file, too, which spares those that import it.
  touch "$out/$name.o"
}

linli() {
  name=$1 imports=$2
  shift 2
  # shellcheck disable=SC2086
  module "$name" "$imports" "$*" -swift-version 6 $features
}

src=$root/Sources
# What Pipeline and MQTT see of C.
printf 'module %s { header "%s/%s" }\n' CSimdjson "$src/CSimdjson/include" linli_json.h \
  CPrefetch "$src/CPrefetch/include" linli_prefetch.h CMosquitto "$src/CMosquitto" shim.h > "$changed"
cmp -s "$changed" "$out/headers.modulemap" || cp "$changed" "$out/headers.modulemap"
for file in "$src"/CSimdjson/*.cpp; do object "$file" "$src/CSimdjson/include" -std=c++17; done
for file in "$yams"/CYaml/src/*.c; do object "$file" "$yams/CYaml/include" -x c -DYAML_DECLARE_STATIC; done
module Yams "" "$yams/Yams" -swift-version 5 -suppress-warnings -D SWIFT_PACKAGE
# In the place of swift-crypto; see there.
module Crypto "" "$root/Fuzz/Crypto" -swift-version 6
linli Pipeline "" "$src/Pipeline"
linli Words "" "$src/Words"
linli ConfigFile "Words Pipeline Yams" "$src/ConfigFile"
linli Community "Words Pipeline ConfigFile" "$src/Community"
linli Rules "Pipeline ConfigFile Community" "$src/Rules"
linli Alerts "Pipeline ConfigFile Community" "$src/Alerts"
linli Orders "Pipeline ConfigFile Community Alerts" "$src/Orders"
# Without what stands on a network library, and what makes use of that.
notify=$(grep -rLE '^(package )?import (AsyncHTTPClient|CCurl|Logging)$|^extension OutboxWorker|\b(EmailChannel|HTTPNetwork|OutboxWorker)\(' "$src/Notify" --include='*.swift')
# shellcheck disable=SC2086
linli Notify "Crypto Pipeline ConfigFile Community Alerts Orders" $notify
# Of the connections only what can be wrong with their settings.
linli MQTT "" "$src/MQTT/ConnectionSettings.swift" "$src/MQTT/ReturnCode.swift"
# Of the service only what reads its files.
linli App "MQTT Pipeline ConfigFile Community Rules Alerts Orders Notify" "$src/App/Configuration"
# Of the store only what reads the steps of alerts back, without the database.
linli Store "Pipeline Community Alerts" "$src/Store/StoredJSON.swift" "$src/Store/Audit/StepReader.swift" \
  "$src/Store/Audit/JSONSkim.swift" "$src/Store/Audit/TextCache.swift"
linli FuzzTargets "Pipeline ConfigFile Community Rules Alerts Orders Notify App Store" "$root/Fuzz/Targets"
linli Fuzzer "FuzzTargets" "$root/Fuzz/Fuzzer.swift"

if stale "$out/fuzzer" "$out"/*.o; then
  swiftc -sanitize=fuzzer,address "$out"/*.o -lsimdjson -lmosquitto -lstdc++ -lubsan -o "$out/fuzzer" > "$out/link.log" 2>&1 ||
    { cat "$out/link.log" >&2; exit 1; }
fi
