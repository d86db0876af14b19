#!/usr/bin/env bash
# What is missing on a machine is named with the line that mends it: on machines that are made up of a few programs; TAP.
# shellcheck source=deploy/dev/ground.sh
. "$(dirname "$0")/ground.sh"
# shellcheck source=deploy/dev/tap.sh
. deploy/dev/tap.sh
WORK="$(mktemp -d)"
trap 'rm -rf "$WORK"' EXIT

# What a bare Debian has of its own.
BASE=(bash cat cut date df dirname env find grep head id mkdir mktemp printf sed sort tail tr uname xargs sha256sum)

# machine NAME PROGRAM=VERSION…: a folder with the base and these programs, each of which only tells its version.
machine() {
  local bin="$WORK/$1" program
  shift
  mkdir -p "$bin"
  for program in "${BASE[@]}"; do ln -sf "$(type -P "$program")" "$bin/$program"; done
  printf '#!/bin/sh\necho "install ok installed"\n' >"$bin/dpkg-query"
  chmod +x "$bin/dpkg-query"
  for program in "$@"; do
    printf '#!/bin/sh\necho "%s %s"\n' "${program%%=*}" "${program#*=}" >"$bin/${program%%=*}"
    chmod +x "$bin/${program%%=*}"
  done
}

# on NAME [VARIABLE=VALUE…]: what a machine without anything else answers to a demo; keeps answer and code.
on() {
  local bin="$WORK/$1"
  shift
  CODE=0
  ANSWER="$(env -i PATH="$bin" HOME="$WORK" ZK_OS_RELEASE="$WORK/debian" "$@" "$bin/bash" deploy/dev/prerequisites.sh "${PURPOSE:-demo}" 2>&1)" || CODE=$?
}

fails_with() {
  local part
  for part in "$@"; do [[ "$ANSWER" == *"$part"* ]] || { echo "no '$part' in:"; echo "$ANSWER"; return 1; }; done
  [ "$CODE" != 0 ] || { echo "it went on"; return 1; }
}
passes() { [ "$CODE" = 0 ] || { echo "$ANSWER"; return 1; }; }
silent() { echo "$ANSWER" && passes && [ -z "$ANSWER" ]; }
says() { echo "$ANSWER" && passes && [[ "$ANSWER" == *"$1"* ]]; }

# Every line to paste is one that a shell can read, and needs nothing else.
lines_can_be_pasted() {
  local line count=0
  while read -r line; do
    count=$((count + 1))
    bash -n -c "$line" || return 1
  done < <(sed -n 's/^  → //p' <<<"$ANSWER")
  [ "$count" = "$1" ] || { echo "$count lines to paste, not $1"; echo "$ANSWER"; return 1; }
}

# One set of figures: README.md, and what the scripts say and ask for.
readme_has_the_figures() {
  grep -q "make demo.*$DEMO_MINUTES 分钟.*$DEMO_GB GB.*make test.*$TEST_MINUTES 分钟.*$TEST_GB GB" README.md &&
    grep -q "make demo.*$DEMO_MINUTES minutes.*$DEMO_GB GB.*make test.*$TEST_MINUTES minutes.*$TEST_GB GB" README.md
}

os_release() { printf 'PRETTY_NAME="%s %s"\nID=%s\nVERSION_ID="%s"\n' "$1" "$2" "$1" "$2"; }
os_release debian 12 >"$WORK/debian"
os_release debian 11 >"$WORK/old"
os_release fedora 41 >"$WORK/other"
good=(apt-get=2.6 gcc=12.2 make=4.3 cargo=1.95.0 rustc=1.95.0 node=v20.19.5 npm=10.8.2)
machine good "${good[@]}"
machine bare apt-get=2.6
machine no-apt "${good[@]:1}"
machine no-gcc apt-get=2.6 "${good[@]:2}"
machine no-make apt-get=2.6 gcc=12.2 "${good[@]:3}"
machine no-rust apt-get=2.6 gcc=12.2 make=4.3 node=v20.19.5 npm=10.8.2
machine old-rust "${good[@]}" rustc=1.63.0
machine old-rustup "${good[@]}" rustc=1.90.0 rustup=1.28
machine no-node "${good[@]:0:5}"
machine no-npm "${good[@]:0:6}"
machine old-node "${good[@]}" node=v18.19.0

on good
check "a machine that has everything is not talked to" silent
on no-apt
check "without apt-get Debian is named" fails_with "apt-get is missing" "debian:12"
on no-gcc
check "without gcc the line is apt-get's" fails_with "gcc is missing" "apt-get install -y --no-install-recommends gcc"
on no-make
check "without make the line is apt-get's" fails_with "make is missing" "apt-get install -y --no-install-recommends gcc libc6-dev make"
on no-rust
check "without Rust the line installs rustup and the version" fails_with "Rust 1.95.0 or newer is missing" "https://sh.rustup.rs" "--default-toolchain 1.95.0"
on old-rust
check "Debian's own Rust is named as too old" fails_with "this is 1.63.0" "https://sh.rustup.rs"
on old-rustup
check "an old Rust of rustup is brought up by rustup" fails_with "this is 1.90.0" "rustup toolchain install 1.95.0 && rustup default 1.95.0"
on no-node
check "without Node the line unpacks Node 20" fails_with "Node 20.19.0 or newer" "https://nodejs.org/dist/v20." "tar -xz -C /usr/local"
on no-npm
check "Node without npm is not enough" fails_with "with npm is needed" "https://nodejs.org/dist/v20."
on old-node
check "Debian's own Node is named as too old" fails_with "this is 18.19.0" "https://nodejs.org/dist/v20."
on bare
check "all that is missing is named at once" fails_with "gcc is missing" "make is missing" "Rust 1.95.0" "Node 20.19.0"
check "each of these has a line that can be pasted" lines_can_be_pasted 4
on good ZK_FREE_GB=2
check "a disk that is too small is named with what is needed" fails_with "2 GB are free here" "needs $DEMO_GB GB"
PURPOSE="test" on good ZK_FREE_GB="$DEMO_GB"
check "the tests ask for more room than the demo" fails_with "needs $TEST_GB GB"
PURPOSE=build on no-node
check "a build goes on without Node" says "the pages will be placeholders"
on good ZK_OS_RELEASE="$WORK/other"
check "another system is said, and tried" says "this is fedora 41, not Debian 12 or newer"
on good ZK_OS_RELEASE="$WORK/old"
check "an old Debian is said, and tried" says "this is debian 11, not Debian 12 or newer"
check "README.md has the same figures of time and disk" readme_has_the_figures
close_tap
