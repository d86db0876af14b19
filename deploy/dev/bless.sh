#!/usr/bin/env bash
# Takes today's answers as the expected ones: snapshots, scenarios, API types, the book of migrations.
# shellcheck source=deploy/dev/ground.sh
. "$(dirname "$0")/ground.sh"
export BLESS=1 UPDATE_EXPECT=1
cargo test --locked --workspace --exclude house-tests --lib --bins --no-fail-fast || true
cargo test --locked -p house-tests --test tidy migrations || true
if has_node; then npm run generate:types; fi
git status --short
echo "Read the diff before you commit it: a blessed mistake is a mistake with a certificate."
