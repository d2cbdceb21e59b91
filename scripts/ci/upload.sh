#!/bin/sh
# Registers the release on the platform, and uploads the reports of scan.sh and test.sh. It does not ask for a verdict.
#
#   scripts/ci/upload.sh TAG
#
# Exit code: 0 all of it is there; 2 a report is missing, or the platform did not take it.
# Environment: see platform.sh and lib.sh. SCAN_WITH as in scan.sh.
set -eu
# shellcheck source=scripts/ci/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/ci/platform.sh
. scripts/ci/platform.sh

[ "$#" -eq 1 ] || die 2 'usage: upload.sh TAG'
check_tag "$1"
tag=$1
packed=$(release_value TAG)
[ "$packed" = "$tag" ] || die 2 "$RELEASE contains release ${packed:-of nothing}, not $tag"

set --
digest=$(release_value IMAGE_DIGEST)
archive=$(release_value IMAGE_ARCHIVE)
if [ -n "$digest" ]; then
  set -- "$@" --artifact "$IMAGE=sha256:${digest##*sha256:}"
elif [ -n "$archive" ]; then
  set -- "$@" --artifact "$IMAGE=$RELEASE/$archive"
else
  die 2 "$RELEASE/release.env names neither an archive nor a digest of the image"
fi

reports=$RESULTS/reports
set -- "$@" --evidence-as gitleaks "secrets=$reports/secrets.json" --evidence-as sarif "static=$reports/static.sarif" \
  --evidence "package=$reports/package.cdx.json" --evidence "image=$reports/image.cdx.json" \
  --evidence-as "${SCAN_WITH:-trivy}" "vulnerabilities=$reports/vulnerabilities.json"
tests=0
for report in "$RESULTS"/junit/*.xml; do
  [ -f "$report" ] || continue
  set -- "$@" --evidence-as junit "$(basename "$report" .xml)=$report"
  tests=$((tests + 1))
done
[ "$tests" -gt 0 ] || die 2 "$RESULTS/junit has no test report. Run test.sh"

ask_platform "$tag" "$@" --seal --no-assert
