#!/bin/sh
# Runs the whole pipeline on this computer, in the order of the Jenkinsfile.
#
#   scripts/ci/pipeline.sh                      install, lint, test, build the image, pack the release
#   scripts/ci/pipeline.sh staging              and deploy to staging; roll back if it fails
#   scripts/ci/pipeline.sh staging production   and ask on the terminal, then deploy to production
#
# Environment, all optional; each script lists its own:
#   DEPLOY_WITH  ansible or compose, see deploy.sh
#   PUBLISH      archive or registry, see archive.sh
#   SKIP         steps to skip, such as "install lint test"
set -eu
# shellcheck source=scripts/ci/lib.sh
. "$(dirname "$0")/lib.sh"

case "$*" in
  '' | staging | 'staging production') ;;
  *) die 2 'usage: pipeline.sh [staging [production]]' ;;
esac
summary=

# step NAME COMMAND...: runs one step and records its duration.
step() {
  step_name=$1
  shift
  case " ${SKIP:-} " in
    *" $step_name "*)
      say "$step_name: skipped"
      return 0
      ;;
  esac
  printf '\n######## %s\n' "$step_name"
  step_start=$(date +%s)
  step_code=0
  "$@" || step_code=$?
  summary="$summary$(printf '%-18s %4d s  exit code %d' "$step_name" "$(($(date +%s) - step_start))" "$step_code")
"
  return "$step_code"
}

finish() {
  finish_code=$?
  printf '\n######## summary\n%s' "$summary"
  [ "$finish_code" -eq 0 ] || echo "the pipeline failed with exit code $finish_code"
}
trap finish EXIT

# release_to ENVIRONMENT: as in the Jenkinsfile, a failure after the start of the deployment is rolled back, and the
# pipeline still fails.
release_to() {
  if step "deploy-$1" scripts/ci/deploy.sh "$1" "$tag" &&
    step "smoke-$1" scripts/ci/smoke-environment.sh "$1" "$tag"; then
    return 0
  fi
  step "rollback-$1" scripts/ci/rollback.sh "$1" "$tag" || die 1 "$1: the rollback also failed"
  die 1 "$1: $tag failed and was rolled back"
}

# A separate run id, as in Jenkins: this run does not roll back a release of an earlier run.
RUN_ID=$(run_id)
export RUN_ID="${RUN_ID:-pipeline-$(date -u +%Y%m%dT%H%M%SZ)-$$}"

tag=$(current_commit)
step install scripts/ci/install.sh
step lint scripts/ci/lint.sh
step test scripts/ci/test.sh
step build-image scripts/ci/build-image.sh
[ "${PUBLISH:-archive}" = archive ] || step push-image scripts/ci/push-image.sh
step archive scripts/ci/archive.sh
[ "$#" -ge 1 ] || exit 0
release_to staging
[ "$#" -ge 2 ] || exit 0

printf '\nDeploy %s to production? Type yes: ' "$tag"
read -r answer || answer=
[ "$answer" = yes ] || die 1 'production was not approved'
release_to production
