#!/usr/bin/env bash
# The long tests: those that Rust marks as ignored, then the demo for as long as SOAK_MINUTES says.
# shellcheck source=deploy/dev/ground.sh
. "$(dirname "$0")/ground.sh"
minutes="${SOAK_MINUTES:-60}"
deploy/dev/prerequisites.sh test
cargo test --locked --workspace --no-fail-fast -- --ignored
deploy/dev/demo.sh "$((minutes * 60))"
