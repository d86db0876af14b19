#!/usr/bin/env bash
# Sourced by demo.sh: every port of the demo, each changeable by its environment variable, each looked at before use.
PORTS=(
  "ZK_SIP_PORT=5060 udp gateway SIP"
  "ZK_WEB_PORT=8443 tcp branch pages (HTTPS)"
  "ZK_HQ_PORT=9443 tcp headquarters pages (HTTPS)"
  "ZK_MQTT_PORT=8883 tcp headquarters MQTT (mutual TLS)"
  "ZK_CARRIER_PORT=5160 udp carrier simulator SIP"
  "ZK_RTP_PORT=20000 udp gateway RTP (the first of 400)"
)

set_ports() {
  local line name default
  for line in "${PORTS[@]}"; do
    name="${line%%=*}"
    default="${line#*=}"
    default="${default%% *}"
    printf -v "$name" '%s' "${!name:-$default}"
    # shellcheck disable=SC2163
    export "$name"
  done
}

# Who has a port: the process as ss names it.
holder() { ss -Hlnp "$([ "$1" = udp ] && echo -u || echo -t)" "sport = :$2" | grep -oE 'users:.*' | head -n 1; }

check_ports() {
  local line name rest kind what who
  for line in "${PORTS[@]}"; do
    name="${line%%=*}"
    rest="${line#*=}"
    rest="${rest#* }"
    kind="${rest%% *}"
    what="${rest#* }"
    [ -n "$(ss -Hln "$([ "$kind" = udp ] && echo -u || echo -t)" "sport = :${!name}")" ] || continue
    who="$(holder "$kind" "${!name}")"
    fail "port ${!name}/$kind ($what) is taken by ${who:-another process}" "end it, or choose another port: $name=$((${!name} + 1000)) make demo"
  done
}
