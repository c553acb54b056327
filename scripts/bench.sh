#!/usr/bin/env bash
# Builds, and compares Backfetch with the page's own fetch and cache.put: see tests/bench/bench.ts.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/install.sh
install_packages
install_browser firefox
install_browser chromium
build_both
node tests/bench/bench.ts "$@"
