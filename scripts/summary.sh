#!/usr/bin/env bash
# Prints "N passed, N failed" over the last run of scripts/test.sh, from what it left in .test-results; fails unless
# everything passed. A step that failed without a failed test of its own (types, style, a build, a test file that
# could not be loaded) counts as one failed.
set -uo pipefail
cd "$(dirname "$0")/../.test-results" 2>/dev/null || {
  echo '0 passed, 1 failed'
  exit 1
}

# The number called $1 in the report $2, 0 without one.
count() {
  grep -o "\"$1\":[0-9]*" "$2" 2>/dev/null | head -n 1 | grep -o '[0-9]*$' || echo 0
}

passed=0
failed=0
for report in *.json; do
  passed=$((passed + $(count numPassedTests "$report")))
  failed=$((failed + $(count numFailedTests "$report")))
done
while read -r step; do
  echo "Failed: $step"
  [ "$(count numFailedTests "$step.json")" -gt 0 ] || failed=$((failed + 1))
done < <(cat failed-steps 2>/dev/null)
# Nothing ran at all: that is no success.
[ $((passed + failed)) -gt 0 ] || failed=1
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
