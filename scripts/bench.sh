#!/usr/bin/env bash
# Builds, and measures what Backfetch costs (tests/bench/bench.ts).
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/install.sh
prepare_both
node tests/bench/bench.ts "$@"
# The table is written as it comes; the style check wants it in columns.
[ ! -f docs/performance.md ] || biome format --write docs/performance.md
