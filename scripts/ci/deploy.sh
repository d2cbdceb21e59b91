#!/bin/sh
# Puts a release into an environment. Which release ran before is remembered there, for rollback.sh.
#
#   scripts/ci/deploy.sh ENVIRONMENT TAG     such as: staging 4f1c2d9a7c0b6a9e1d3f5a7b9c1e3d5f7a9b1c3d
#
# Environment, all optional; lib.sh lists more:
#   DEPLOY_WITH  ansible (default): the hosts of INVENTORIES/ENVIRONMENT/hosts.yml
#                compose: docker-compose.yml on this very host, for a lab that has only one
#   DEPLOY_WAIT  seconds that the service has until it is healthy, with compose (120)
#   RUN_ID       this run of the pipeline; the environment remembers which run brought its release, so that
#                rollback.sh takes back only what its own run has changed (BUILD_TAG of Jenkins,
#                GITHUB_RUN_ID and GITHUB_RUN_ATTEMPT, CI_PIPELINE_ID and CI_JOB_ID of GitLab; else none)
#
# With ansible; the last three are Ansible's own variables, which Jenkins fills from its credentials:
#   INVENTORIES  folder with staging and production, seen from ansible/ or with its full path (inventories)
#   ANSIBLE_VAULT_PASSWORD_FILE, ANSIBLE_PRIVATE_KEY_FILE, ANSIBLE_REMOTE_USER
#
# With compose:
#   POSTGRES_PASSWORD  password of the database; must be set for production
#   AUTH_MODE          token or none (token), see docs/containers.md
#   API_PORT, DB_PORT  ports on 127.0.0.1 (staging 8000 and 5432, production 8001 and 5433)
#   DEPLOY_STATE       folder that remembers the releases; not in the workspace, which is cleaned
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

# What is packed and what is asked for must be the same: a workspace may hold the release of another build.
if [ -f "$RELEASE/release.env" ]; then
  packed=$(release_value TAG)
  [ "$packed" = "$tag" ] || die 2 "$RELEASE holds release $packed, not $tag"
  need sha256sum
  say 'checksums of the release'
  (cd "$RELEASE" && sha256sum --check --quiet SHA256SUMS) || die 1 'the release was changed after it was packed'
fi

say "deploying $tag to $environment with $DEPLOY_WITH"
"deploy_with_$DEPLOY_WITH" "$environment" "$tag"
say "deployed $tag to $environment"
