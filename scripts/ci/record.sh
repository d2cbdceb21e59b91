#!/bin/sh
# Records on the platform how a deployment ended.
#
#   scripts/ci/record.sh ENVIRONMENT TAG succeeded|failed
#
# Exit code: 0 recorded; 2 not recorded.
# Environment: see platform.sh.
set -eu
# shellcheck source=scripts/ci/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/ci/platform.sh
. scripts/ci/platform.sh

[ "$#" -eq 3 ] || die 2 'usage: record.sh ENVIRONMENT TAG succeeded|failed'
check_tag "$2"
case $3 in succeeded | failed) ;; *) die 2 "unknown state '$3'. Use succeeded or failed" ;; esac
ask_platform "$2" --environment "$1" --deployment "$3"
