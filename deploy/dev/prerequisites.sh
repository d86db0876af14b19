#!/usr/bin/env bash
# Checks what has to be on the machine, names all that is missing with the line to paste, installs Debian packages.
# prerequisites.sh build|demo|test|deb
# shellcheck source=deploy/dev/ground.sh
. "$(dirname "$0")/ground.sh"
purpose="${1:?build, demo, test or deb}"

# Rust as the workspace asks for it, Node as the web pages' tools do.
RUST_MIN=1.95.0
NODE_MIN=20.19.0
NODE_GIVEN=20.19.5
DEBIAN_MIN=12
OS_RELEASE="${ZK_OS_RELEASE:-/etc/os-release}"
MISSING=0

as_root() { if [ "$(id -u)" = 0 ]; then echo "$1"; else echo "sudo sh -c '$1'"; fi; }
apt_line() { as_root "apt-get update && apt-get install -y --no-install-recommends $*"; }

# Lines to paste; each works on a fresh Debian 12.
rust_line() {
  if command -v rustup >/dev/null; then
    echo "rustup toolchain install $RUST_MIN && rustup default $RUST_MIN"
  else
    echo "$(apt_line curl ca-certificates) && curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y --default-toolchain $RUST_MIN && . \"\$HOME/.cargo/env\""
  fi
}

node_line() {
  local machine
  case "$(uname -m)" in
    aarch64) machine=arm64 ;;
    *) machine=x64 ;;
  esac
  echo "$(apt_line curl ca-certificates) && $(as_root "curl -fsSL https://nodejs.org/dist/v$NODE_GIVEN/node-v$NODE_GIVEN-linux-$machine.tar.gz | tar -xz -C /usr/local --strip-components=1")"
}

# missing MESSAGE LINE: says it and goes on, so that one run names everything.
missing() {
  MISSING=$((MISSING + 1))
  problem "$@"
}

version_of() { "$@" 2>/dev/null | grep -oE '[0-9]+(\.[0-9]+)+' | head -n 1 || true; }

# Another system is said and tried: its packages may have other names.
check_system() {
  local id version name
  id="$(sed -n 's/^ID=//p' "$OS_RELEASE" 2>/dev/null | tr -d '"')"
  version="$(sed -n 's/^VERSION_ID=//p' "$OS_RELEASE" 2>/dev/null | tr -d '"')"
  name="$(sed -n 's/^PRETTY_NAME=//p' "$OS_RELEASE" 2>/dev/null | tr -d '"')"
  # Debian's coming release has no number yet.
  if [ "$id" != debian ] || ! at_least "${version:-$DEBIAN_MIN}" "$DEBIAN_MIN"; then
    say "this is ${name:-an unknown system}, not Debian $DEBIAN_MIN or newer: not tested there, going on"
  fi
}

check_tools() {
  local tool rust node
  if ! command -v apt-get >/dev/null; then
    missing "apt-get is missing: this needs Debian $DEBIAN_MIN or newer" "docker run -it -v \"\$PWD\":/zhunkehu -w /zhunkehu debian:$DEBIAN_MIN"
    return
  fi
  for tool in gcc make; do
    command -v "$tool" >/dev/null || missing "$tool is missing" "$(apt_line gcc libc6-dev make)"
  done
  rust="$(version_of rustc --version)"
  if ! command -v cargo >/dev/null; then
    missing "Rust $RUST_MIN or newer is missing" "$(rust_line)"
  elif ! at_least "${rust:-0}" "$RUST_MIN"; then
    missing "Rust $RUST_MIN or newer is needed, this is ${rust:-unknown}" "$(rust_line)"
  fi
  node="$(version_of node --version)"
  if has_node && at_least "${node:-0}" "$NODE_MIN"; then
    return
  elif [ "$purpose" = build ] && ! has_node; then
    say "no Node: the pages will be placeholders"
  else
    missing "Node $NODE_MIN or newer with npm is needed, this is ${node:-none}" "$(node_line)"
  fi
}

check_disk() {
  local free_gb need=$DEMO_GB
  [ "$purpose" != test ] || need=$TEST_GB
  free_gb="${ZK_FREE_GB:-$(df --output=avail -BG "$HOUSE" | tail -n 1 | tr -dc 0-9)}"
  # A house that was built before has taken its room already.
  [ -d "$HOUSE/target/debug/deps" ] && [ -z "${ZK_FREE_GB:-}" ] || [ "$free_gb" -ge "$need" ] ||
    missing "$free_gb GB are free here, a first run of this needs $need GB" "du -xh --max-depth=2 / 2>/dev/null | sort -h | tail    # what takes the room"
}

# Debian packages for each purpose: our own binaries need none.
packages() {
  case "$purpose" in
    build) ;;
    demo) echo curl ;;
    deb) echo dpkg curl ;;
    test)
      # peers that nobody here wrote, and what measures them
      echo sip-tester baresip-core linphone-cli sipvicious mosquitto mosquitto-clients python3-paho-mqtt chromium fonts-noto-cjk
      echo sox espeak-ng curl dpkg systemd strace
      ;;
    *) fail "unknown purpose: $purpose" "deploy/dev/prerequisites.sh build|demo|test|deb" ;;
  esac
}

missing_packages() {
  for package in $(packages); do
    dpkg-query -W -f '${Status}\n' "$package" 2>/dev/null | grep -q '^install ok installed$' || echo "$package"
  done
}

install_packages() {
  local wanted line
  mapfile -t wanted < <(missing_packages)
  [ "${#wanted[@]}" -gt 0 ] || return 0
  line="$(apt_line "${wanted[@]}")"
  [ "$(id -u)" = 0 ] || fail "Debian packages are missing: ${wanted[*]}" "$line"
  say "installing from Debian: ${wanted[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq >"$LOGS/apt.log" 2>&1 || fail "apt-get update failed, see $LOGS/apt.log" "apt-get update    # says what is wrong with the network or the sources"
  apt-get install -y --no-install-recommends "${wanted[@]}" >>"$LOGS/apt.log" 2>&1 ||
    fail "apt-get install failed, see $LOGS/apt.log" "$line"
}

check_system
check_tools
check_disk
[ "$MISSING" = 0 ] || exit 1
install_packages
