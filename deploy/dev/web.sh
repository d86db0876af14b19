#!/usr/bin/env bash
# Installs the web pages' tools when the lock file changed, builds the pages when their sources changed.
# shellcheck source=deploy/dev/ground.sh
. "$(dirname "$0")/ground.sh"

if ! has_node || [ ! -f package-lock.json ]; then
  say "no Node: the binaries will serve a placeholder page"
  exit 0
fi

lock="$(digest package-lock.json)"
if [ ! -d node_modules ] || ! is_fresh npm "$lock"; then
  say "npm ci (about 1 minute)"
  npm ci --no-audit --no-fund >"$LOGS/npm-ci.log" 2>&1 || fail "npm ci failed, see $LOGS/npm-ci.log" "npm ci"
  stamp npm "$lock"
fi

sources="$(digest package.json package-lock.json appliance/web cloud/web protocol/web)"
if [ ! -f appliance/web/dist/index.html ] || [ ! -f cloud/web/dist/index.html ] || ! is_fresh web "$sources"; then
  say "building the pages"
  npm run build >"$LOGS/npm-build.log" 2>&1 || fail "the pages do not build, see $LOGS/npm-build.log" "npm run build"
  # The build may write generated files into the tree: the stamp is of what stands now.
  stamp web "$(digest package.json package-lock.json appliance/web cloud/web protocol/web)"
fi
