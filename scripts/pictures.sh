#!/usr/bin/env bash
# Takes pictures of the extension's pages into docs/pictures/, and for the stores into docs/store/pictures/.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/install.sh

install_packages
install_browser chromium
install_fonts
wxt build -b chrome --mv3 >"$results/build.log" 2>&1 || fail "The build failed: see $results/build.log."
node scripts/pictures.ts
node scripts/store-pictures.ts
