#!/bin/sh
# Runs smoke-test.sh against an environment: with Ansible on each of its hosts, with Compose on this host.
#
#   scripts/ci/smoke-environment.sh ENVIRONMENT TAG
#
# Exit code: 0 passed; anything else: failed, or could not run.
# Environment: see deploy.sh. SMOKE_WAIT and SMOKE_TIMEOUT of smoke-test.sh are passed on to the hosts. With
# Ansible, each host needs curl.
set -eu
# shellcheck source=scripts/ci/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/ci/deploy-with.sh
. scripts/ci/deploy-with.sh

[ "$#" -eq 2 ] || die 2 'usage: smoke-environment.sh staging|production TAG'
check_environment "$1"
check_tag "$2"

say "smoke test of $1, expecting $2"
"smoke_with_$DEPLOY_WITH" "$1" "$2"
