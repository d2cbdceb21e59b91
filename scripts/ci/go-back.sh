#!/bin/sh
# After a deployment or a smoke test failed: records that, asks whether what ran before may come back, and rolls back.
#
#   scripts/ci/go-back.sh ENVIRONMENT TAG
#
# Exit code: 0 rolled back; 1 the platform denies it, for example because what ran before is revoked: nothing is changed,
# and people decide; 2 could not ask or roll back.
# Environment; platform.sh and deploy.sh list more:
#   ROLLBACK          program that rolls back, called with ENVIRONMENT and TAG (scripts/ci/rollback.sh)
#   ROLLBACK_UNASKED  1: roll back if the platform does not answer. Only for the deployment of the platform itself, which
#                     cannot answer while it is broken. Record it afterwards: docs/ci.md. A denial still counts,
#                     and so does an answer such as 403: a wrong token is not a broken platform
set -eu
# shellcheck source=scripts/ci/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/ci/platform.sh
. scripts/ci/platform.sh

[ "$#" -eq 2 ] || die 2 'usage: go-back.sh ENVIRONMENT TAG'
check_tag "$2"

recorded=0
ask_platform "$2" --environment "$1" --deployment failed || recorded=2

answer=0
scripts/ci/release.sh --project "$SRP_PROJECT" --running --intent rollback --environment "$1" --tell-refusals || answer=$?
case $answer in
  0) ;;
  1) die 1 "$1: the platform denies the rollback, so $2 stays. Only a person can let it pass" ;;
  3)
    die 2 "$1: the platform answers, but not this question, so nothing is rolled back. Correct what it says above. By hand: scripts/ci/rollback.sh $1 $2"
    ;;
  *)
    [ "${ROLLBACK_UNASKED:-}" = 1 ] ||
      die 2 "$1: the platform did not answer, so nothing is rolled back. By hand: scripts/ci/rollback.sh $1 $2"
    say "$1: the platform did not answer. Rolling back unasked: record it when the platform answers again"
    recorded=2
    ;;
esac
# What failed is not recorded: then the way back stays open for another try.
without_token "${ROLLBACK:-scripts/ci/rollback.sh}" "$1" "$2" || die 2 "$1: the rollback failed"
say "$1: rolled back from $2"
[ "$answer" -ne 0 ] ||
  scripts/ci/release.sh --project "$SRP_PROJECT" --running --intent rollback --environment "$1" --deployment succeeded ||
  recorded=2
exit "$recorded"
