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

as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo -n)

# A package that starts a service at installation must not do so here: the demo and the tests start their own.
install_packages() {
  echo "linli: installing $*"
  "${as_root[@]}" apt-get update -qq &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/tmp/linli-apt.log 2>&1
}

if [ ${#missing[@]} -gt 0 ]; then
  if ! command -v apt-get >/dev/null 2>&1; then
    echo "linli: please install what corresponds to these Debian packages: ${missing[*]}" >&2
    exit 1
  fi
  if [ ${#as_root[@]} -gt 0 ] && ! command -v sudo >/dev/null 2>&1; then
    echo "linli: as root: apt-get install ${missing[*]}" >&2
    exit 1
  fi
  install_packages "${missing[@]}" || { tail -20 /tmp/linli-apt.log >&2; exit 1; }
fi

# The tests of pages are skipped without a browser, and not every distribution has it as a package.
if [ "$purpose" = test ] && ! command -v chromium >/dev/null 2>&1 && command -v apt-get >/dev/null 2>&1; then
  install_packages chromium || echo "linli: no chromium here; the tests of pages are skipped"
fi
