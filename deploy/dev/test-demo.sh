#!/usr/bin/env bash
# The demo as a newcomer meets it, with data and ports of its own: a taken port, a process that dies, Ctrl-C, and a
# minute and a quarter that is checked; TAP.
# shellcheck source=deploy/dev/ground.sh
. "$(dirname "$0")/ground.sh"
# shellcheck source=deploy/dev/tap.sh
. deploy/dev/tap.sh
WORK="$(mktemp -d)"
OUT="$WORK/out"
JOB=
export ZK_SIP_PORT=15060 ZK_WEB_PORT=18443 ZK_HQ_PORT=19443 ZK_MQTT_PORT=18883
export ZK_CARRIER_PORT=15160 ZK_RTP_PORT=28000 ZK_BUILT=1
trap 'end_job; rm -rf "$WORK"' EXIT

# A demo in a process group of its own, as a terminal starts it.
start_demo() {
  export ZK_DEMO_DATA="$WORK/$1"
  set -m
  deploy/dev/demo.sh >"$OUT" 2>&1 &
  JOB=$!
  set +m
}

end_job() { [ -z "$JOB" ] || kill -TERM "$JOB" 2>/dev/null || true; }
said() { grep -q "$1" "$OUT"; }
is_over() { ! kill -0 "$JOB" 2>/dev/null; }
is_up() { within 90 said 'the demo is running' || { cat "$OUT"; return 1; }; }
pid_of() { cat "$ZK_DEMO_DATA/$1.pid"; }
processes() { local name; for name in cloud gateway carrier phones; do pid_of "$name"; done; }

# over_with CODE-PATTERN: it ends in time, and as expected.
over_with() {
  local code=0
  within 90 is_over || { echo "it goes on"; cat "$OUT"; return 1; }
  wait "$JOB" || code=$?
  echo "ended with $code"
  [[ "$code" =~ ^$1$ ]]
}

# Neither the four processes nor anything else that was started with this demo's folder.
nothing_is_left() {
  local pid left=
  for pid in "${STARTED[@]}"; do ! kill -0 "$pid" 2>/dev/null || left+=" $pid"; done
  left+="$(grep -lF "$ZK_DEMO_DATA" /proc/[0-9]*/cmdline 2>/dev/null || true)"
  echo "left: $left (of ${STARTED[*]})"
  [ "${#STARTED[@]}" = 4 ] && [ -z "$left" ]
}

# hold KIND PORT: a process that has the port until it is ended.
hold() {
  python3 -c '
import socket, sys, time
kind = socket.SOCK_DGRAM if sys.argv[1] == "udp" else socket.SOCK_STREAM
s = socket.socket(socket.AF_INET, kind); s.bind(("127.0.0.1", int(sys.argv[2])))
if sys.argv[1] == "tcp": s.listen()
print("held", flush=True); time.sleep(60)' "$1" "$2" >"$WORK/holder" &
  HOLDER=$!
  within 10 grep -q held "$WORK/holder"
}

# named KIND PORT VARIABLE: the demo says which port is taken, by whom, and what to set; and does not start.
named() {
  local code=0 answer part
  hold "$1" "$2"
  answer="$(ZK_DEMO_DATA="$WORK/taken" deploy/dev/demo.sh 2>&1)" || code=$?
  kill "$HOLDER"
  wait "$HOLDER" 2>/dev/null || true
  echo "$answer"
  for part in "port $2/$1" "(process $HOLDER)" "$3="; do [[ "$answer" == *"$part"* ]] || return 1; done
  [ "$code" != 0 ] && [ ! -e "$WORK/taken" ]
}

check "a taken SIP port is named, with who has it and what to set" named udp "$ZK_SIP_PORT" ZK_SIP_PORT
check "a taken page port is named" named tcp "$ZK_WEB_PORT" ZK_WEB_PORT
check "a taken port in the middle of the relay's is named" named udp "$((ZK_RTP_PORT + 201))" ZK_RTP_PORT

start_demo dying
check "without a length the demo runs" is_up
mapfile -t STARTED < <(processes)
kill -KILL "$(pid_of carrier)"
check "a process that dies ends the demo, which fails" over_with '[1-9][0-9]*'
check "the one that died is named" said 'carrier ended while the demo ran'
check "nothing of it is left" nothing_is_left

start_demo stopped
check "it runs again" is_up
mapfile -t STARTED < <(processes)
kill -INT -- "-$JOB"
check "Ctrl-C ends it cleanly" over_with 0
check "Ctrl-C leaves no process" nothing_is_left
check "nobody had to be killed" bash -c "! grep -q 'had to be killed' '$OUT'"
JOB=

export ZK_DEMO_DATA="$WORK/whole"
if deploy/dev/demo.sh 75; then VERDICT=true; else VERDICT=false; fi
check "the demo runs, ends by itself and is found good" "$VERDICT"
# A phone that was put aside by a call without an end would show here.
calls="$(grep -c . "$ZK_DEMO_DATA/phones.log" 2>/dev/null || true)"
check "the phones go on calling: ${calls:-0} calls" test "${calls:-0}" -ge 18
dialled="$(grep -c '"outcome":"dialled"' "$ZK_DEMO_DATA/phones.log" 2>/dev/null || true)"
check "some calls are dialled at the phones: ${dialled:-0}" test "${dialled:-0}" -ge 1
check "no log line at ERROR" bash -c "! grep -q '\"level\":\"ERROR\"' '$WORK'/*/*.out"
close_tap
