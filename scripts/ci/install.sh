#!/bin/sh
# Installs exactly what package-lock.json lists. Packages run no install scripts.
#
#   scripts/ci/install.sh
#
# Environment: see lib.sh.
set -eu
# shellcheck source=scripts/ci/lib.sh
. "$(dirname "$0")/lib.sh"
need git node npm

# npm only warns about an old Node. Here it is an error, because the tests would fail later for unclear reasons.
node -e '
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19)) process.exit(1);
' || die 2 "Node $(node --version) is too old. Install 20.19 or later"

say "commit $(current_commit), Node $(node --version), npm $(npm --version)"
npm ci --no-audit --no-fund
