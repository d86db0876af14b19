#!/usr/bin/env bash
# Measures on this machine; method and figures: docs/bench.md.
# shellcheck source=deploy/dev/ground.sh
. "$(dirname "$0")/ground.sh"
deploy/dev/prerequisites.sh build
for package in sip-tester kamailio rtpengine-daemon; do
  dpkg -s "$package" >/dev/null 2>&1 || say "without $package nothing is measured beside a proxy: apt-get install -y --no-install-recommends $package"
done
say "building with optimisation (the first time: about 10 minutes)"
cargo build --locked --release --workspace --bins
cargo bench --locked --workspace --bench spine --bench branch_calls
