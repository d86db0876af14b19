#!/usr/bin/env bash
# Formats everything.
# shellcheck source=deploy/dev/ground.sh
. "$(dirname "$0")/ground.sh"
cargo fmt --all
if has_node; then
  deploy/dev/web.sh
  npm run fmt
fi
