#!/bin/sh
# Checks types, lint, migrations against the schema, docs/openapi.json against the routes, and shell scripts.
#
#   scripts/ci/lint.sh
#
# Environment: see lib.sh. shellcheck runs if it is installed.
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
  say 'shell scripts: skipped, because shellcheck is not installed'
fi
