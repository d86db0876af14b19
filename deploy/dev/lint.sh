#!/usr/bin/env bash
# Formatting, clippy (warnings are errors), licences, shell scripts, web sources. What is not installed is named.
# shellcheck source=deploy/dev/ground.sh
. "$(dirname "$0")/ground.sh"
left_out=()
cargo fmt --all --check
cargo clippy --locked --workspace --all-targets -- -D warnings
cargo test --locked -p house-tests --test tidy --quiet
if cargo deny --version >/dev/null 2>&1; then cargo deny check licenses bans sources; else left_out+=("cargo-deny"); fi
if command -v shellcheck >/dev/null; then
  git ls-files '*.sh' .ci/run | xargs shellcheck -x
else
  left_out+=("shellcheck (apt-get install -y shellcheck)")
fi
if has_node; then
  deploy/dev/web.sh
  npm run lint
else
  left_out+=("node")
fi
for tool in "${left_out[@]:-}"; do
  [ -z "$tool" ] || echo "not run, because it is not installed: $tool"
done
