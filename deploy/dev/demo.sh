#!/usr/bin/env bash
# Runs the whole product on loopback: headquarters, one branch, a simulated carrier, simulated phones.
# demo.sh [SECONDS]: with SECONDS it ends by itself, is checked, and fails if anything is wrong.
# shellcheck source=deploy/dev/ground.sh
. "$(dirname "$0")/ground.sh"
# shellcheck source=deploy/dev/ports.sh
. deploy/dev/ports.sh

SECONDS_TO_RUN="${1:-}"
[ -z "$SECONDS_TO_RUN" ] || [ "$SECONDS_TO_RUN" -gt 0 ] 2>/dev/null || fail "FOR=$SECONDS_TO_RUN is no number of seconds" "make demo FOR=60"
DATA="${ZK_DEMO_DATA:-$HOUSE/demo-data}"
BIN="$HOUSE/target/debug"
BOX=demo-01
PHONES=6
CUSTOMERS=300
FIRST_PHONE=1000
DESK_PASSWORD=
CLOUD_PID=
GATEWAY_PID=
CARRIER_PID=
PHONES_PID=
CLOCK_PID=
ENDED=0

gateway() { "$BIN/zhunkehu-gateway" --config "$DATA/gateway.toml" "$@"; }
cloud() { local verb="$1"; shift; "$BIN/zhunkehu-cloud" "$verb" "$@" --config "$DATA/cloud.toml"; }
simulator() { "$BIN/zhunkehu-simulator" "$@"; }
last_word() { tail -n 1 | grep -oE '[^ ]+$'; }
password() { head -c 9 /dev/urandom | base64 | tr '+/' 'xy'; }

build() {
  deploy/dev/prerequisites.sh demo
  deploy/dev/web.sh
  say "building (the first time: about $DEMO_MINUTES minutes on 2 cores, $DEMO_GB GB of disk; later: seconds)"
  cargo build --locked --workspace --bins
}

# ── configuration ──

config_cloud() {
  cat >"$DATA/cloud.toml" <<TOML
data_dir = "$DATA/hq"
[http]
listen = "127.0.0.1:$ZK_HQ_PORT"
[mqtt]
listen = "127.0.0.1:$ZK_MQTT_PORT"
[tls]
dir = "$DATA/pki"
[field_policy]
name = "masked"
number = "masked"
TOML
}

config_gateway() {
  cat >"$DATA/gateway.toml" <<TOML
data_dir = "$DATA/branch"
keys_dir = "$DATA/branch-keys"
box_id = "$BOX"
[sip]
listen = "127.0.0.1:$ZK_SIP_PORT"
[media]
port_first = $ZK_RTP_PORT
port_count = $RTP_PAIRS
[web]
listen = "127.0.0.1:$ZK_WEB_PORT"
[disk]
ballast_mb = 8
[link]
broker = "localhost:$ZK_MQTT_PORT"
certificates = "$DATA/certificates"
metrics_every_s = 5
TOML
}

config_branch() {
  cat >"$DATA/branch.toml" <<TOML
[policy]
profile = "demo"
[[phone]]
range = "$FIRST_PHONE-$((FIRST_PHONE + PHONES - 1))"
password = "pw{user}"
# a phone of your own may register here: user 1100, password pw1100
[[phone]]
user = "1100"
password = "pw1100"
name = "访客"
[[trunk]]
name = "carrier"
address = "127.0.0.1:$ZK_CARRIER_PORT"
accept_from = ["127.0.0.1:$ZK_CARRIER_PORT"]
concurrent_max = 30
cps_max = 10
[[rule]]
prefix = "10"
to = "phone"
[[rule]]
prefix = "11"
to = "phone"
[[rule]]
prefix = ""
to = "trunk:carrier"
record = true
TOML
}

config_carrier() {
  cat >"$DATA/carrier.toml" <<TOML
listen = "127.0.0.1:$ZK_CARRIER_PORT"
gateway = "127.0.0.1:$ZK_SIP_PORT"
log = "$DATA/carrier.log"
# fewer than there are phones: at times the carrier is full, and says so
concurrent_max = $((PHONES - 1))
cps_max = 2
TOML
}

config_phones() {
  cat >"$DATA/phones.toml" <<TOML
gateway = "127.0.0.1:$ZK_SIP_PORT"
first = $FIRST_PHONE
count = $PHONES
password = "pw{user}"
log = "$DATA/phones.log"
[desk]
api = "https://127.0.0.1:$ZK_WEB_PORT"
ca = "$DATA/branch-ca.pem"
user = "agent{user}"
password = "$DESK_PASSWORD"
pause_ms = [1500, 7000]
# now and then somebody dials at the phone itself
[hand]
numbers = [$(numbers)]
pause_ms = [12000, 40000]
TOML
}

# Some of the customers' numbers, as TOML strings.
numbers() { awk -F, 'NR > 1 && NR <= 21 { printf "%s\"%s\"", (NR > 2 ? ", " : ""), $2 }' "$DATA/customers.csv"; }

# Invented people with numbers that look like mobile numbers.
customers() {
  awk -v count="$CUSTOMERS" 'BEGIN {
    srand(7)
    split("王 李 张 刘 陈 杨 赵 黄 周 吴 徐 孙", family, " ")
    split("芳 伟 娜 敏 静 强 磊 洋 艳 勇 杰 娟", given, " ")
    split("lead contacted interested", stage, " ")
    print "name,number,stage"
    for (i = 1; i <= count; i++)
      printf "%s%s,139%08d,%s\n", family[1 + int(rand() * 12)], given[1 + int(rand() * 12)], 10000000 + int(rand() * 80000000), stage[1 + int(rand() * 3)]
  }'
}

# ── processes ──

# start NAME COMMAND…: in a session of its own, so that Ctrl-C reaches this script alone and all end in order.
start() {
  local name="$1"
  shift
  setsid "$@" >>"$DATA/$name.out" 2>&1 &
  STARTED=$!
  echo "$STARTED" >"$DATA/$name.pid"
}

# healthy NAME PID PORT
healthy() {
  local end=$((SECONDS + 60))
  until curl --silent --insecure --noproxy '*' --fail "https://127.0.0.1:$3/healthz" >/dev/null; do
    kill -0 "$2" 2>/dev/null || { tail -n 20 "$DATA/$1.out" >&2; fail "$1 ended while it started, see $DATA/$1.out"; }
    [ "$SECONDS" -lt "$end" ] || fail "$1 does not answer, see $DATA/$1.out"
    sleep 0.2
  done
}

start_cloud() {
  start cloud "$BIN/zhunkehu-cloud" run --config "$DATA/cloud.toml"
  CLOUD_PID=$STARTED
  healthy cloud "$CLOUD_PID" "$ZK_HQ_PORT"
  HQ_PASSWORD="$(cloud user reset-password admin | last_word)"
}

start_gateway() {
  gateway enroll --dev --hq-dir "$DATA/pki" --hq-keys "$DATA/hq-keys" --box-id "$BOX" --dir "$DATA/certificates" >/dev/null
  start gateway "$BIN/zhunkehu-gateway" --config "$DATA/gateway.toml" run
  GATEWAY_PID=$STARTED
  healthy gateway "$GATEWAY_PID" "$ZK_WEB_PORT"
  gateway apply "$DATA/branch.toml" >/dev/null
  if [ ! -f "$DATA/customers.csv" ]; then
    customers >"$DATA/customers.csv"
    gateway import "$DATA/customers.csv" >/dev/null
  fi
  ADMIN_PASSWORD="$(gateway user reset-password admin | last_word)"
  curl --silent --insecure --noproxy '*' --fail "https://127.0.0.1:$ZK_WEB_PORT/setup/ca.crt" -o "$DATA/branch-ca.pem"
}

# One log-in for each desk; the same password for all of them, new in each run.
make_desks() {
  local extension
  DESK_PASSWORD="$(password)"
  for extension in $(seq "$FIRST_PHONE" $((FIRST_PHONE + PHONES - 1))); do
    printf '%s\n' "$DESK_PASSWORD" | gateway user create "agent$extension" --role agent --extension "$extension" --password-stdin >/dev/null 2>&1 ||
      printf '%s\n' "$DESK_PASSWORD" | gateway user reset-password "agent$extension" --password-stdin >/dev/null
  done
}

start_simulators() {
  config_carrier
  start carrier "$BIN/zhunkehu-simulator" carrier --config "$DATA/carrier.toml"
  CARRIER_PID=$STARTED
  config_phones
  start phones "$BIN/zhunkehu-simulator" phones --config "$DATA/phones.toml"
  PHONES_PID=$STARTED
}

print_welcome() {
  cat <<TEXT

  准客呼演示正在运行 · the demo is running (profile demo, loopback only)

  分支 branch   https://127.0.0.1:$ZK_WEB_PORT   admin / $ADMIN_PASSWORD
                坐席 agent                 agent$FIRST_PHONE / $DESK_PASSWORD
  总部 HQ       https://127.0.0.1:$ZK_HQ_PORT   admin / $HQ_PASSWORD
  CA 证书       $DATA/branch-ca.pem · $DATA/pki/ca.pem
  您的话机 your own phone: SIP 127.0.0.1:$ZK_SIP_PORT, 1100 / pw1100
  数据 data     $DATA   (make clean-demo)
$([ -n "$SECONDS_TO_RUN" ] && echo "  $SECONDS_TO_RUN 秒后结束并自检 · ends by itself after $SECONDS_TO_RUN s, and is checked" || echo "  Ctrl-C 结束 · ends it")

TEXT
}

# end PID SECONDS: asks, waits, and only then insists.
end() {
  local until=$((SECONDS + $2))
  [ -n "$1" ] && kill -0 "$1" 2>/dev/null || return 0
  kill -TERM "$1"
  while kill -0 "$1" 2>/dev/null; do
    [ "$SECONDS" -lt "$until" ] || { kill -KILL "$1"; return 1; }
    sleep 0.2
  done
}

facts() { sed -n "s/^$2 //p" <<<"$1"; }

# The branch's last facts arrive before anything is taken down: its link says so on the metrics page.
wait_for_sync() {
  local end=$((SECONDS + 30)) metrics head applied
  while [ "$SECONDS" -lt "$end" ]; do
    metrics="$(curl --silent --insecure --noproxy '*' "https://127.0.0.1:$ZK_WEB_PORT/metrics" || true)"
    head="$(facts "$metrics" zhunkehu_journal_head)"
    applied="$(facts "$metrics" zhunkehu_link_applied)"
    [ -z "$head" ] || [ "$head" != "$applied" ] || return 0
    sleep 0.5
  done
  say "headquarters does not have every fact yet; the checker will say so"
}

# Callers first, then the branch, then headquarters: nobody is cut off in the middle of a sentence.
take_down() {
  [ "$ENDED" = 0 ] || return 0
  ENDED=1
  trap '' INT TERM
  say "ending"
  end "$CLOCK_PID" 1 || true
  end "$PHONES_PID" 20 || true
  if [ -n "$GATEWAY_PID" ] && kill -0 "$GATEWAY_PID" 2>/dev/null; then wait_for_sync; fi
  end "$CARRIER_PID" 10 || true
  end "$GATEWAY_PID" 20 || say "the gateway had to be killed"
  end "$CLOUD_PID" 20 || say "headquarters had to be killed"
  rm -f "$DATA"/*.pid
}

check() {
  say "checking what was written against what happened"
  simulator check --branch "$DATA/branch" --cloud "$DATA/hq/hq.db" --box-id "$BOX" \
    --carrier-log "$DATA/carrier.log" --phones-log "$DATA/phones.log" --customers "$DATA/customers.csv" \
    --sealed-folder "$DATA/hq" --gateway "$BIN/zhunkehu-gateway" --gateway-config "$DATA/gateway.toml" \
    --json "$DATA/verdict.json"
}

# ended_one: the name of a process of the demo that has ended.
ended_one() {
  local name pid
  for name in gateway:"$GATEWAY_PID" cloud:"$CLOUD_PID" carrier:"$CARRIER_PID" phones:"$PHONES_PID"; do
    pid="${name#*:}"
    kill -0 "$pid" 2>/dev/null || { echo "${name%%:*}"; return 0; }
  done
}

# Runs until somebody ends it or the time is over; a process that ends by itself ends the demo, which has failed.
run() {
  local code=0 name
  if [ -n "$SECONDS_TO_RUN" ]; then
    sleep "$SECONDS_TO_RUN" &
    CLOCK_PID=$!
  fi
  while :; do
    # shellcheck disable=SC2086 # without FOR there is no clock
    wait -n "$GATEWAY_PID" "$CLOUD_PID" "$CARRIER_PID" "$PHONES_PID" $CLOCK_PID || code=$?
    name="$(ended_one)"
    if [ -n "$name" ]; then
      tail -n 20 "$DATA/$name.out" >&2 || true
      fail "$name ended while the demo ran (code $code), see $DATA/$name.out"
    fi
    [ -z "$CLOCK_PID" ] || kill -0 "$CLOCK_PID" 2>/dev/null || return 0
  done
}

prepare() {
  if [ -e "$DATA" ] && [ ! -f "$DATA/.zhunkehu-demo" ]; then
    fail "$DATA exists and was not made by the demo" "ZK_DEMO_DATA=another/folder make demo"
  fi
  umask 077
  mkdir -p "$DATA"
  touch "$DATA/.zhunkehu-demo"
  echo $$ >"$DATA/demo.pid"
}

set_ports
check_ports
# The tests have built everything already.
[ -n "${ZK_BUILT:-}" ] || build
prepare
trap take_down EXIT
trap 'exit 0' INT TERM
config_cloud
start_cloud
config_gateway
config_branch
start_gateway
make_desks
start_simulators
print_welcome

run
take_down
check
