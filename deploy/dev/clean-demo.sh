#!/usr/bin/env bash
# Removes the demo's data; refuses while the demo runs.
# shellcheck source=deploy/dev/ground.sh
. "$(dirname "$0")/ground.sh"
data="${ZK_DEMO_DATA:-$HOUSE/demo-data}"
if [ -f "$data/demo.pid" ] && kill -0 "$(cat "$data/demo.pid")" 2>/dev/null; then
  fail "the demo is running (process $(cat "$data/demo.pid"))" "end it with Ctrl-C first"
fi
[ ! -e "$data" ] || [ -f "$data/.zhunkehu-demo" ] || fail "$data was not made by the demo" "remove it by hand"
rm -rf -- "$data"
say "removed $data"
