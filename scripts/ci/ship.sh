#!/bin/sh
# Takes a release to an environment: the gate, the deployment, the smoke test, and back if one of the last two fails.
#
#   scripts/ci/ship.sh ENVIRONMENT TAG
#
# Exit code: 0 it runs, and that is recorded; 1 denied, or failed and rolled back; 2 could not ask, record or roll back.
# Environment; platform.sh, go-back.sh and deploy.sh list more:
#   DEPLOY, SMOKE  programs, called with ENVIRONMENT and TAG (scripts/ci/deploy.sh, scripts/ci/smoke-environment.sh)
set -eu
# shellcheck source=scripts/ci/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/ci/platform.sh
. scripts/ci/platform.sh

[ "$#" -eq 2 ] || die 2 'usage: ship.sh ENVIRONMENT TAG'
check_tag "$2"

# Its exit code is that of this script: without a yes, nothing is deployed.
scripts/ci/gate.sh "$1" "$2"
if without_token "${DEPLOY:-scripts/ci/deploy.sh}" "$1" "$2" &&
  without_token "${SMOKE:-scripts/ci/smoke-environment.sh}" "$1" "$2"; then
  scripts/ci/record.sh "$1" "$2" succeeded
  say "$1 runs $2"
  exit 0
fi
scripts/ci/go-back.sh "$1" "$2" || die 2 "$1: $2 failed, and it was not rolled back or not recorded"
die 1 "$1: $2 failed and was rolled back"
