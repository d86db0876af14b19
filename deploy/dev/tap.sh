#!/usr/bin/env bash
# Sourced by the tests that are scripts: one promise a line, `ok` or `not ok`, as tally.sh counts them.
COUNT=0
BAD=0
ANSWERED="$(mktemp)"

# check PROMISE COMMAND…
check() {
  local promise="$1"
  shift
  COUNT=$((COUNT + 1))
  if "$@" >"$ANSWERED" 2>&1; then
    echo "ok $COUNT - $promise"
  else
    BAD=$((BAD + 1))
    echo "not ok $COUNT - $promise"
    tail -n 30 "$ANSWERED" | sed 's/^/  /'
  fi
}

# within SECONDS COMMAND…: looks again until it is so.
within() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.2
  done
}

# close_tap: the plan, and the exit code.
close_tap() {
  rm -f "$ANSWERED"
  echo "1..$COUNT"
  [ "$BAD" -eq 0 ] && [ "$COUNT" -gt 0 ]
}
