#!/usr/bin/env bash
# Gives the version in package.json to the stores: see docs/releasing.md. With --dry-run nothing is uploaded.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/install.sh

secrets=(
  FIREFOX_EXTENSION_ID FIREFOX_JWT_ISSUER FIREFOX_JWT_SECRET
  CHROME_EXTENSION_ID CHROME_PUBLISHER_ID CHROME_SERVICE_ACCOUNT_CLIENT_EMAIL CHROME_SERVICE_ACCOUNT_PRIVATE_KEY
)

case ${1:-} in
  '' | --dry-run) ;;
  *) fail "What is \"$1\"? There is only --dry-run." ;;
esac
install_packages
version=$(node --print 'require("./package.json").version')
grep -qE "^## ${version//./\\.} - [0-9]{4}-[0-9]{2}-[0-9]{2}$" CHANGELOG.md ||
  fail "CHANGELOG.md has no section \"## $version - <year>-<month>-<day>\"."
[ -z "${GITHUB_REF_NAME:-}" ] || [ "$GITHUB_REF_NAME" = "v$version" ] ||
  fail "The tag is $GITHUB_REF_NAME, but the version in package.json is $version."

npm run zip
node scripts/sizes.ts
vitest run --project packages

missing=()
for secret in "${secrets[@]}"; do [ -n "${!secret:-}" ] || missing+=("$secret"); done
[ ${#missing[@]} = 0 ] || fail "The environment lacks ${missing[*]}: see docs/releasing.md."

wxt submit "$@" --chrome-api-version v2 \
  --firefox-zip ".output/backfetch-$version-firefox.zip" \
  --firefox-sources-zip ".output/backfetch-$version-sources.zip" \
  --chrome-zip ".output/backfetch-$version-chrome.zip"
