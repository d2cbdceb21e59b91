#!/bin/sh
# Deploys a release to an environment. The environment records the previous release for rollback.sh.
#
#   scripts/ci/deploy.sh ENVIRONMENT TAG     such as: staging 4f1c2d9a7c0b6a9e1d3f5a7b9c1e3d5f7a9b1c3d
#
# Environment, all optional; lib.sh lists more:
#   DEPLOY_WITH  ansible (default): the hosts of INVENTORIES/ENVIRONMENT/hosts.yml
#                compose: docker-compose.yml on this host, for a setup with one host
#   DEPLOY_WAIT  seconds until the service must be healthy, with compose (120)
#   RUN_ID       id of this pipeline run. The environment records which run deployed its release, so that
#                rollback.sh undoes only changes of its own run (BUILD_TAG of Jenkins,
#                GITHUB_RUN_ID and GITHUB_RUN_ATTEMPT, CI_PIPELINE_ID and CI_JOB_ID of GitLab; otherwise none)
#
# With ansible; the last three are Ansible's own variables, which Jenkins sets from its credentials:
#   INVENTORIES  folder with staging and production, relative to ansible/ or absolute (inventories)
#   ANSIBLE_VAULT_PASSWORD_FILE, ANSIBLE_PRIVATE_KEY_FILE, ANSIBLE_REMOTE_USER
#
# With compose:
#   POSTGRES_PASSWORD  password of the database; must be set for production
#   AUTH_MODE          token or none (token), see docs/containers.md
#   API_PORT, DB_PORT  ports on 127.0.0.1 (staging 8000 and 5432, production 8001 and 5433)
#   DEPLOY_STATE       folder with the record of releases; outside of the workspace, which is cleaned
#                      (~/.local/state/secure-release-platform)
set -eu
# shellcheck source=scripts/ci/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/ci/deploy-with.sh
. scripts/ci/deploy-with.sh

[ "$#" -eq 2 ] || die 2 'usage: deploy.sh staging|production TAG'
check_environment "$1"
check_tag "$2"
environment=$1
tag=$2

# The packed release must be the requested one: a workspace can contain the release of another build.
if [ -f "$RELEASE/release.env" ]; then
  packed=$(release_value TAG)
  [ "$packed" = "$tag" ] || die 2 "$RELEASE contains release $packed, not $tag"
  need sha256sum
  say 'checksums of the release'
  (cd "$RELEASE" && sha256sum --check --quiet SHA256SUMS) ||
    die 1 'the checksums do not match: the release was changed after it was packed'
fi

say "deploying $tag to $environment with $DEPLOY_WITH"
"deploy_with_$DEPLOY_WITH" "$environment" "$tag"
say "deployed $tag to $environment"
