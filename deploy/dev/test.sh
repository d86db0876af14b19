#!/usr/bin/env bash
# Runs every test: Rust (units, scenarios, simulation, house rules, wire), web units, browser, Debian package.
# shellcheck source=deploy/dev/ground.sh
. "$(dirname "$0")/ground.sh"
# shellcheck source=deploy/dev/tally.sh
. deploy/dev/tally.sh
export RUST_BACKTRACE="${RUST_BACKTRACE:-0}"
: >"$LOGS/summary.txt"

say "tests: a first run takes about $TEST_MINUTES minutes on 2 cores and $TEST_GB GB of disk; later runs rebuild nothing"
deploy/dev/prerequisites.sh test
deploy/dev/web.sh

# One build for the binaries and for all tests: the same profile, the same features.
build() {
  say "building everything (the first time: 10 to 15 minutes)"
  cargo build --locked --workspace --lib --bins --tests --benches 2>&1 | tee "$LOGS/build.log"
}

rust_tests() {
  if cargo nextest --version >/dev/null 2>&1; then
    run_counted nextest rust cargo nextest run --locked --workspace
  else
    run_counted cargo rust cargo test --locked --workspace --lib --bins --tests --no-fail-fast
  fi
}

web_tests() {
  run_counted vitest web npm test
  run_counted node pages npm run test:dist
  run_counted playwright browser npm run test:browser
}

if build; then
  rust_tests
  run_counted tap prerequisites deploy/dev/test-prerequisites.sh
  web_tests
  run_counted tap deb deploy/appliance/test-deb.sh
  run_counted tap demo deploy/dev/test-demo.sh
else
  echo "build: failed" | tee -a "$LOGS/summary.txt"
  FAILED=$((FAILED + 1))
fi
# What the tests have to say beside their counts.
for score in target/tmp/*.score; do
  [ ! -f "$score" ] || cat "$score"
done
close_tally
