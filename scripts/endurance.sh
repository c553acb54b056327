#!/usr/bin/env bash
# Builds, and runs a mixed load under random faults in both browsers: see tests/endurance/endurance.ts.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/install.sh
prepare_both
exec node tests/endurance/endurance.ts "$@"
