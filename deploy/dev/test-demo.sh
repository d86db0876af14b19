#!/usr/bin/env bash
# The demo as a newcomer runs it, for a minute and a half, with data and ports of its own; TAP.
# shellcheck source=deploy/dev/ground.sh
. "$(dirname "$0")/ground.sh"
data="$(mktemp -d)/demo"
export ZK_DEMO_DATA="$data" ZK_SIP_PORT=15060 ZK_WEB_PORT=18443 ZK_HQ_PORT=19443 ZK_MQTT_PORT=18883
export ZK_CARRIER_PORT=15160 ZK_RTP_PORT=28000 ZK_BUILT=1
trap 'rm -rf "$(dirname "$data")"' EXIT

if deploy/dev/demo.sh 75; then echo "ok 1 - the demo runs, ends by itself and is found good"; else echo "not ok 1 - the demo"; fi

# A phone that was put aside by a call without an end would show here.
calls="$(grep -c . "$data/phones.log" 2>/dev/null || echo 0)"
if [ "$calls" -ge 18 ]; then echo "ok 2 - the phones go on calling: $calls calls"; else echo "not ok 2 - the phones go on calling: $calls calls"; fi
if grep -q '"level":"ERROR"' "$data"/*.out 2>/dev/null; then echo "not ok 3 - no log line at ERROR"; else echo "ok 3 - no log line at ERROR"; fi
