#!/usr/bin/env bash
# Sourced by the scripts behind make: where the house stands, how to speak, how to fail.
set -euo pipefail

HOUSE="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
export HOUSE
cd "$HOUSE"
STAMPS="$HOUSE/target/stamps"
LOGS="$HOUSE/target/test-logs"
mkdir -p "$STAMPS" "$LOGS"

# What a first run takes on 2 cores; README.md says the same, and a test compares them.
export DEMO_MINUTES=15 DEMO_GB=6 TEST_MINUTES=60 TEST_GB=12

# Browsers come from Debian; nothing is downloaded behind our back.
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1

say() { printf '\033[1m── %s\033[0m\n' "$*" >&2; }

# problem MESSAGE [MENDING-LINE]
problem() {
  printf '\033[31m缺少 / problem: %s\033[0m\n' "$1" >&2
  [ $# -lt 2 ] || printf '  → %s\n' "$2" >&2
}

# fail MESSAGE [MENDING-LINE]
fail() {
  problem "$@"
  exit 1
}

# at_least HAVE WANT: compares dotted versions.
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

# digest PATH…: one checksum over all files below, made folders left out.
digest() {
  find "$@" \( -name node_modules -o -name dist -o -name .vite \) -prune -o -type f -print0 |
    LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d ' ' -f 1
}

# is_fresh NAME SUM: was this done already for the same input?
is_fresh() { [ -f "$STAMPS/$1" ] && [ "$(cat "$STAMPS/$1")" = "$2" ]; }
stamp() { printf '%s' "$2" >"$STAMPS/$1"; }

has_node() { command -v node >/dev/null && command -v npm >/dev/null; }
