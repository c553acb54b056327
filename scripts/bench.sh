#!/usr/bin/env bash
# Builds, and compares Backfetch with the page's own fetch and cache.put: see tests/bench/bench.ts.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/install.sh
install_packages
install_browser firefox
install_browser chromium
wxt build -b firefox --mv3 >"$results/build.log" 2>&1 && wxt build -b chrome --mv3 >>"$results/build.log" 2>&1 ||
  fail "The build failed: see $results/build.log."
node tests/bench/bench.ts "$@"
