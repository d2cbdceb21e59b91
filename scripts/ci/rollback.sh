#!/bin/sh
# Rolls an environment back to its previous release. The database does not change: after each migration, the
# previous version must still be able to run (see docs/ci.md).
#
#   scripts/ci/rollback.sh ENVIRONMENT [TAG]
#
# With TAG, it undoes only that release, and only in these cases:
# - The deployment of TAG was interrupted. Then the release before it starts again.
# - TAG is running, and this pipeline run deployed it (RUN_ID, see deploy.sh). A release of an earlier run stays.
#   Outside of a pipeline there is no run id, and a release of any run is undone.
# In all other cases nothing happens. A second call also does nothing.
#
# Exit code: 0 rolled back, or nothing to undo; 1 the previous release does not start; 2 it does not exist.
# Environment: see deploy.sh.
set -eu
# shellcheck source=scripts/ci/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/ci/deploy-with.sh
. scripts/ci/deploy-with.sh

case $# in 1 | 2) ;; *) die 2 'usage: rollback.sh staging|production [TAG]' ;; esac
check_environment "$1"
[ "$#" -eq 1 ] || check_tag "$2"

say "rolling back $1${2:+ from $2}"
"rollback_with_$DEPLOY_WITH" "$1" "${2:-}"
