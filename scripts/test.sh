#!/usr/bin/env bash
# Everything that must hold: types, style, unit tests, the packages for the stores, and tests in both browsers.
set -uo pipefail
cd "$(dirname "$0")/.."
source scripts/install.sh
rm -f "$results"/*.json "$results/failed-steps"

install_packages
install_browser firefox
install_browser chromium

# Runs a step; one that fails is noted, and the next runs all the same.
step() {
  local name=$1
  shift
  echo
  echo "== $name"
  "$@" && return
  echo "$name" >>"$results/failed-steps"
  return 1
}

tests() {
  vitest run --project "$1" --reporter=default --reporter=json --outputFile.json="$results/$1.json"
}

step types tsc --noEmit
step style biome check .
step unit tests unit
step 'package for Firefox' wxt zip -b firefox --mv3 && firefox=built
step 'package for Chromium' wxt zip -b chrome --mv3 && chromium=built
if [ "${firefox:-}${chromium:-}" = builtbuilt ]; then
  step sizes node scripts/sizes.ts
  step packages tests packages
fi
if [ "${firefox:-}" = built ]; then
  step firefox tests firefox
  step firefox-conformance tests firefox-conformance
fi
if [ "${chromium:-}" = built ]; then
  step chromium tests chromium
  step chromium-conformance tests chromium-conformance
  step chromium-native tests chromium-native
fi

echo
bash scripts/summary.sh
