#!/usr/bin/env bash
# What someone has who has just cloned: no packages, an empty npm cache, no display. `npm start` and `npm test` must do.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

git clone --quiet "$root" "$place/clone"
cd "$place/clone"
export npm_config_cache=$place/npm-cache
unset DISPLAY WAYLAND_DISPLAY NODE_ENV
for browser in firefox chromium; do
  echo "== npm start ($browser)"
  BROWSER=$browser npm start </dev/null
done
echo '== npm test'
npm test </dev/null
echo 'Nothing had to be installed by hand.'
