#!/usr/bin/env bash
# Everything that must hold: types, style, unit tests, the build, and tests in both browsers.
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
if step 'build for Firefox' wxt build -b firefox --mv3; then step firefox tests firefox; fi
if step 'build for Chromium' wxt build -b chrome --mv3; then step chromium tests chromium; fi
step chromium-native tests chromium-native

echo
bash scripts/summary.sh
