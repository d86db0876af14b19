#!/usr/bin/env bash
# Sourced by demo.sh: every port of the demo, each changeable by its environment variable, each looked at before use.
# Reads the kernel's own lists: nothing has to be installed for it.

# Relay ports of the demo's gateway, each with its RTCP port behind it.
RTP_PAIRS=200
PORTS=(
  "ZK_SIP_PORT=5060 udp 1 gateway SIP"
  "ZK_SIP_PORT=5060 tcp 1 gateway SIP"
  "ZK_WEB_PORT=8443 tcp 1 branch pages (HTTPS)"
  "ZK_HQ_PORT=9443 tcp 1 headquarters pages (HTTPS)"
  "ZK_MQTT_PORT=8883 tcp 1 headquarters MQTT (mutual TLS)"
  "ZK_CARRIER_PORT=5160 udp 1 carrier simulator SIP"
  "ZK_RTP_PORT=20000 udp $((2 * RTP_PAIRS)) gateway RTP"
)

is_port() { [[ "$1" =~ ^[1-9][0-9]{0,4}$ ]] && [ "$1" -le 65535 ]; }

set_ports() {
  local line name default
  for line in "${PORTS[@]}"; do
    name="${line%%=*}"
    default="${line#*=}"
    default="${default%% *}"
    printf -v "$name" '%s' "${!name:-$default}"
    # shellcheck disable=SC2163
    export "$name"
    is_port "${!name}" || fail "$name=${!name} is no port" "$name=$default make demo"
  done
}

# first_taken KIND FIRST COUNT: "PORT INODE" of a socket that has one of these ports, if there is one.
first_taken() {
  local kind="$1" first="$2" count="$3" state address port inode
  while read -r _ address _ state _ _ _ _ _ inode _; do
    # Of TCP, only who listens has a port for itself.
    [ "$kind" = udp ] || [ "$state" = 0A ] || continue
    port=$((16#${address##*:}))
    if [ "$port" -lt "$first" ] || [ "$port" -ge $((first + count)) ]; then continue; fi
    echo "$port $inode"
    return 0
  done < <(tail -q -n +2 "/proc/net/$kind" "/proc/net/${kind}6" 2>/dev/null)
}

# holder INODE: the process that has the socket, as far as this user may know it.
holder() {
  local entry pid
  entry="$(find /proc/[0-9]*/fd -maxdepth 1 -lname "socket:\\[$1\\]" -print -quit 2>/dev/null || true)"
  [ -n "$entry" ] || return 0
  pid="${entry#/proc/}"
  pid="${pid%%/*}"
  echo "$(cat "/proc/$pid/comm" 2>/dev/null) (process $pid)"
}

check_ports() {
  local line name rest kind count what taken port who
  for line in "${PORTS[@]}"; do
    name="${line%%=*}"
    rest="${line#*=}"
    read -r _ kind count what <<<"$rest"
    taken="$(first_taken "$kind" "${!name}" "$count")"
    [ -n "$taken" ] || continue
    port="${taken% *}"
    who="$(holder "${taken#* }")"
    [ "$count" = 1 ] || what="$what, ${!name} to $((${!name} + count - 1))"
    fail "port $port/$kind ($what) is taken by ${who:-another process}" "end it, or choose another port: $name=$(other_port "${!name}") make demo"
  done
}

# other_port PORT: one that is worth a try.
other_port() { if [ "$1" -lt 60000 ]; then echo $(($1 + 1000)); else echo $(($1 - 1000)); fi; }
