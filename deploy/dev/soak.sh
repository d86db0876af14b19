#!/usr/bin/env bash
# The long tests: those that Rust marks as ignored, the link's simulation with LINK_SEEDS seeds, then the demo for as long as SOAK_MINUTES says.
# shellcheck source=deploy/dev/ground.sh
. "$(dirname "$0")/ground.sh"
minutes="${SOAK_MINUTES:-60}"
deploy/dev/prerequisites.sh test
cargo test --locked --workspace --no-fail-fast -- --ignored
LINK_SEEDS="${LINK_SEEDS:-2000}" cargo test --locked -p link --test simulation
SIM_SEEDS=2000 cargo test --locked -p house-sim --test branch
# a month offline: journaled, then drained while headquarters looks at the live state
cargo build --locked --release --workspace --bins
SPINE_FACTS=1580000 cargo bench --locked --workspace --bench spine
deploy/dev/demo.sh "$((minutes * 60))"
