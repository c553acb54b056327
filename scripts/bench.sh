#!/usr/bin/env bash
# Builds, and measures: compares Backfetch with the page's own fetch and cache.put (tests/bench/bench.ts), or with the
# first argument `popup` how fast the popup is (tests/bench/popup.ts).
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/install.sh
prepare_both
case ${1:-} in
  popup) node tests/bench/popup.ts ;;
  *) node tests/bench/bench.ts "$@" ;;
esac
