#!/bin/sh
# Scans the sources and the image. It judges nothing: upload.sh sends the reports, and the platform decides.
#
#   scripts/ci/scan.sh
#
# Results in RESULTS/reports:
#   secrets.json          secrets in the history (gitleaks)
#   static.sarif          static analysis (Biome)
#   package.cdx.json      npm packages of the image, CycloneDX (npm)
#   image.cdx.json        all packages of the image, CycloneDX (syft)
#   vulnerabilities.json  vulnerabilities of the image (SCAN_WITH)
#
# Environment, all optional; lib.sh lists more:
#   SCAN_WITH  trivy (default) or grype
#
# Exit code: 0 all reports are there; 2 a scanner is missing or failed. Then there is no report at all, because a part
# could look like all of them.
set -eu
# shellcheck source=scripts/ci/lib.sh
. "$(dirname "$0")/lib.sh"

SCAN_WITH=${SCAN_WITH:-trivy}
case $SCAN_WITH in trivy | grype) ;; *) die 2 "SCAN_WITH must be trivy or grype, not $SCAN_WITH" ;; esac
rm -rf "$RESULTS/reports"
need git docker node npm npx gitleaks syft "$SCAN_WITH"

image=$IMAGE:$(current_commit)
docker image inspect "$image" >/dev/null 2>&1 || die 2 "image $image does not exist. Run build-image.sh"

reports=$RESULTS/reports.part
rm -rf "$reports"
mkdir -p "$reports"
trap 'rm -rf "$reports"' EXIT

# scan REPORT COMMAND...: runs a scanner, which has to end with 0 and to leave a report. Findings are no failure.
scan() {
  report=$reports/$1
  shift
  say "$1: $(basename "$report")"
  "$@" || die 2 "$1 failed with exit code $?"
  [ -s "$report" ] || die 2 "$1 wrote no report"
}
# to FILE COMMAND...: the report is what the command prints.
to() {
  to_file=$1
  shift
  "$@" >"$to_file"
}

scan secrets.json gitleaks git --no-banner --exit-code 0 --report-format json --report-path "$reports/secrets.json" .
scan static.sarif npx biome lint --reporter=sarif --reporter-file="$reports/static.sarif" .
scan package.cdx.json to "$reports/package.cdx.json" \
  npm sbom --sbom-format cyclonedx --sbom-type application --omit dev --omit optional
scan image.cdx.json syft scan --quiet "docker:$image" --output "cyclonedx-json=$reports/image.cdx.json"
case $SCAN_WITH in
  trivy)
    scan vulnerabilities.json trivy image --quiet --scanners vuln --list-all-pkgs --format json \
      --output "$reports/vulnerabilities.json" "$image"
    ;;
  grype) scan vulnerabilities.json grype --quiet "docker:$image" --output json --file "$reports/vulnerabilities.json" ;;
esac

mv "$reports" "$RESULTS/reports"
say "all reports are in $RESULTS/reports"
