#!/usr/bin/env bash
# The tests that need the data beside the project (../shared/data); says what did not run where it is missing.
# shellcheck source=deploy/dev/ground.sh
. "$(dirname "$0")/ground.sh"
data="${ZK_DATA:-$HOUSE/../shared/data}"
if [ ! -d "$data" ]; then
  echo "not run: the acceptance data is not at $data (set ZK_DATA)"
  exit 1
fi
# shellcheck source=deploy/dev/tally.sh
. deploy/dev/tally.sh
: >"$LOGS/summary.txt"
ZK_DATA="$(cd "$data" && pwd)"
export ZK_DATA
run_counted cargo accept cargo test --locked --workspace --no-fail-fast -- --include-ignored accept_
close_tally
