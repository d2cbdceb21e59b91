#!/bin/sh
# Brings back the release that ran in an environment before the present one. The database stays as it is:
# each migration must leave the version before it able to run (see docs/ci.md).
#
#   scripts/ci/rollback.sh ENVIRONMENT [TAG]
#
# With TAG it undoes that release only, and only
# - where its deployment was interrupted: the release that was there before it is started again;
# - or where it runs and was brought by this run of the pipeline (RUN_ID, see deploy.sh). A release that an
#   earlier run brought has proved itself and stays. By hand there is no run id, and any run's will do.
# Everywhere else nothing happens. A second call does nothing either.
#
# Exit code: 0 rolled back, or nothing to undo; 1 the older release does not start; 2 there is none.
# Environment: see deploy.sh.
set -eu
# shellcheck source=scripts/ci/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/ci/deploy-with.sh
. scripts/ci/deploy-with.sh

case $# in 1 | 2) ;; *) die 2 'usage: rollback.sh staging|production [TAG]' ;; esac
check_environment "$1"
[ "$#" -eq 1 ] || check_tag "$2"

say "rolling back $1${2:+, where $2 must not stay}"
"rollback_with_$DEPLOY_WITH" "$1" "${2:-}"
