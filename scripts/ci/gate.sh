#!/bin/sh
# Asks the platform whether a release may go to an environment. If it may, the start of the deployment is recorded.
#
#   scripts/ci/gate.sh ENVIRONMENT TAG
#
# Exit code: 0 allowed; 1 denied, with the reasons on the standard output; 2 could not ask. Deploy only after 0.
# Environment: see platform.sh.
set -eu
# shellcheck source=scripts/ci/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/ci/platform.sh
. scripts/ci/platform.sh

[ "$#" -eq 2 ] || die 2 'usage: gate.sh ENVIRONMENT TAG'
check_tag "$2"
ask_platform "$2" --environment "$1" --deployment started
