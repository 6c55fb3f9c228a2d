#!/usr/bin/env bash
# Makes sure that what the build needs is installed: Debian/Ubuntu packages, and Swift on the PATH.
# Usage: packaging/prepare.sh [build|demo|test]   Asks nothing; installs only what is missing.
set -euo pipefail

purpose=${1:-build}
packages=(libmosquitto-dev libsimdjson-dev libsqlite3-dev libcurl4-openssl-dev pkg-config)
case "$purpose" in
  demo) packages+=(mosquitto) ;;
  test) packages+=(mosquitto mosquitto-clients openssl elfutils procps) ;;
esac

if ! command -v swift >/dev/null 2>&1; then
  echo "linli: Swift 6.2 or newer is not on the PATH. Get it from https://www.swift.org/install/linux/ and try again." >&2
  exit 1
fi

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

if ! command -v apt-get >/dev/null 2>&1; then
  echo "linli: please install what corresponds to these Debian packages: ${missing[*]}" >&2
  exit 1
fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null 2>&1 || { echo "linli: as root: apt-get install ${missing[*]}" >&2; exit 1; }
  as_root=(sudo -n)
fi
echo "linli: installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
# A package that starts a service at installation must not do so here: the demo and the tests start their own.
"${as_root[@]}" apt-get update -qq
if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/tmp/linli-apt.log 2>&1; then
  tail -20 /tmp/linli-apt.log >&2
  exit 1
fi
