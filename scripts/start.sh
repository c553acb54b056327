#!/usr/bin/env bash
# Opens a browser with the extension on the demo site; without a display drives it and tells what happened.
# BROWSER=firefox or chromium chooses.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/install.sh

install_packages
browser=${BROWSER:-}
if [ -z "$browser" ]; then
  browser=firefox
  if ! has_browser firefox && has_browser chromium; then browser=chromium; fi
fi
install_browser "$browser"

echo 'Building the extension.'
build=$browser
[ "$browser" = chromium ] && build=chrome
wxt build -b "$build" --mv3 >"$results/build.log" 2>&1 || fail "The build failed: see $results/build.log."
exec node scripts/demo.ts "$browser"
