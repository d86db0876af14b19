#!/usr/bin/env bash
# Checks what has to be on the machine, says the exact line that mends what is not, installs Debian packages.
# prerequisites.sh build|demo|test|deb
# shellcheck source=deploy/dev/ground.sh
. "$(dirname "$0")/ground.sh"
purpose="${1:?build, demo, test or deb}"

# Rust as the workspace asks for it, Node as the web pages' tools do.
RUST_MIN=1.95.0
NODE_MIN=20.19.0
DISK_MIN_GB=12

version_of() { "$@" 2>/dev/null | grep -oE '[0-9]+(\.[0-9]+)+' | head -n 1; }

check_tools() {
  command -v apt-get >/dev/null || fail "this needs Debian 12 (apt-get is missing)" "use a Debian 12 machine or container"
  for tool in gcc make; do
    command -v "$tool" >/dev/null || fail "$tool is missing" "apt-get update && apt-get install -y gcc make"
  done
  command -v cargo >/dev/null || fail "Rust is missing" "install rustup (https://rustup.rs), then: rustup default $RUST_MIN"
  local rust node
  rust="$(version_of rustc --version)"
  at_least "${rust:-0}" "$RUST_MIN" ||
    fail "Rust $RUST_MIN or newer is needed, this is ${rust:-unknown}" "rustup toolchain install $RUST_MIN && rustup default $RUST_MIN"
  if has_node; then
    node="$(version_of node --version)"
    at_least "${node:-0}" "$NODE_MIN" ||
      fail "Node $NODE_MIN or newer is needed, this is ${node:-unknown}" "install Node 20 LTS (https://nodejs.org/en/download), then run this again"
  elif [ "$purpose" = build ]; then
    say "no Node: the pages will be placeholders"
  else
    fail "Node $NODE_MIN or newer is needed" "install Node 20 LTS (https://nodejs.org/en/download), then run this again"
  fi
}

check_disk() {
  local free_gb
  free_gb="$(df --output=avail -BG "$HOUSE" | tail -n 1 | tr -dc 0-9)"
  # A house that was built before has taken its room already.
  [ -d "$HOUSE/target/debug/deps" ] || [ "$free_gb" -ge "$DISK_MIN_GB" ] ||
    fail "$free_gb GB are free here, a first build needs $DISK_MIN_GB GB" "free some room, or move the folder to a larger disk"
}

# Debian packages for each purpose: our own binaries need none.
packages() {
  case "$purpose" in
    build) ;;
    demo) echo iproute2 curl ;;
    deb) echo dpkg curl iproute2 ;;
    test)
      # peers that nobody here wrote, and what measures them
      echo sip-tester baresip-core mosquitto mosquitto-clients python3-paho-mqtt chromium fonts-noto-cjk
      echo sox espeak-ng iproute2 curl dpkg
      ;;
    *) fail "unknown purpose: $purpose" ;;
  esac
}

missing_packages() {
  for package in $(packages); do
    dpkg-query -W -f '${Status}\n' "$package" 2>/dev/null | grep -q '^install ok installed$' || echo "$package"
  done
}

install_packages() {
  local missing
  mapfile -t missing < <(missing_packages)
  [ "${#missing[@]}" -gt 0 ] || return 0
  local line="apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
  [ "$(id -u)" = 0 ] || fail "Debian packages are missing: ${missing[*]}" "sudo sh -c '$line'"
  say "installing from Debian: ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq >"$LOGS/apt.log" 2>&1 || fail "apt-get update failed, see $LOGS/apt.log" "check the network, then: apt-get update"
  apt-get install -y --no-install-recommends "${missing[@]}" >>"$LOGS/apt.log" 2>&1 ||
    fail "apt-get install failed, see $LOGS/apt.log" "$line"
}

check_tools
check_disk
install_packages
