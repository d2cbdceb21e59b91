#!/bin/sh
# Types, lint, the migrations against the schema, docs/openapi.json against the routes, shell scripts.
#
#   scripts/ci/lint.sh
#
# Environment: lib.sh lists what all steps share. shellcheck is used where it is installed.
set -eu
# shellcheck source=scripts/ci/lib.sh
. "$(dirname "$0")/lib.sh"
need node npm

say 'types, lint, migrations, OpenAPI document'
npm run check

if command -v shellcheck >/dev/null 2>&1; then
  say 'shell scripts'
  # -x follows lib.sh.
  shellcheck -x scripts/ci/*.sh
else
  say 'shell scripts: left out, shellcheck is not installed'
fi
