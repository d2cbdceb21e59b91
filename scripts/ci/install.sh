#!/bin/sh
# Installs exactly what package-lock.json says. No package runs a script at install.
#
#   scripts/ci/install.sh
#
# Environment: lib.sh lists what all steps share.
set -eu
# shellcheck source=scripts/ci/lib.sh
. "$(dirname "$0")/lib.sh"
need git node npm

# npm only warns about an old Node; here it is an error, because the tests would fail later and oddly.
node -e '
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19)) process.exit(1);
' || die 2 "Node $(node --version) is too old: 20.19 or later is needed"

say "commit $(current_commit), Node $(node --version), npm $(npm --version)"
npm ci --no-audit --no-fund
