#!/usr/bin/env bash
# Runs a command of tests and watches over it: Tests/watched.sh MINUTES COMMAND...  What has not ended by then says where it
# hangs (the tests that have no end, the stacks of all threads of what was started) and is killed; the exit code is 124. What
# fails is said once more at the end.
# The bound only ends what would never end; a test's outcome does not depend on it.
set -uo pipefail
minutes=$1
shift
scratch=$(mktemp -d)
log=$scratch/log
trap 'rm -rf "$scratch"' EXIT

# A process and all that it has started, also in groups of their own.
family() {
  local children
  echo "$1"
  children=$(pgrep -P "$1") || return 0
  for child in $children; do family "$child"; done
}

# A group of its own: an interrupt of ours must not reach it before us. By lines, so that nothing waits in a buffer.
set -m
stdbuf -oL "$@" > >(exec tee "$log") 2>&1 &
group=$!
set +m
trap 'kill -9 $(family "$group"); exit 130' INT TERM

(
  sleep $((minutes * 60)) &
  trap 'kill $!' TERM
  wait $! || exit 0
  {
    echo "no end after $minutes minutes: $*"
    echo "tests that have begun and not ended:"
    sed -i 's/\x1b\[[0-9;]*m//g' "$log"  # colours
    sed -nE 's/^. (Test|Suite) (.*) started\.$/  \2/p' "$log" | sort > "$scratch/begun"
    sed -nE 's/^. (Test|Suite) (.*) (passed|failed|skipped)( after|:|\.).*/  \2/p' "$log" | sort > "$scratch/ended"
    comm -23 "$scratch/begun" "$scratch/ended"
    # shellcheck disable=SC2046
    kill -STOP $(family "$group")  # Nothing new is started now.
    members=$(family "$group")
    for pid in $members; do
      echo "--- $pid $(tr '\0' ' ' < "/proc/$pid/cmdline")"
      timeout 120 eu-stack -p "$pid" 2>&1 | swift demangle --simplified
    done
    touch "$scratch/late"
    # shellcheck disable=SC2086
    kill -9 $members 2> /dev/null
  } >&2
) &
watch=$!

wait "$group"
code=$?
kill "$watch" 2> /dev/null && wait "$watch" 2> /dev/null
[ -e "$scratch/late" ] && code=124
# What failed stands in the middle of thousands of lines; whoever sees only the end of them must see it, too.
if [ "$code" -ne 0 ] && [ "$code" -ne 124 ]; then
  sleep 1  # for the rest of the log
  echo "failed: $*" >&2
  sed 's/\x1b\[[0-9;]*m//g' "$log" | grep -aE ' recorded an issue | error: |Fatal error' | cut -c1-600 | tail -n 20 >&2
fi
exit $code
