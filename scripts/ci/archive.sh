#!/bin/sh
# Packs the release: everything that a deployment and an audit need, with checksums.
#
#   scripts/ci/archive.sh
#
# Results in RESULTS/release:
#   release.env        TAG, VERSION, IMAGE, IMAGE_ID, IMAGE_ARCHIVE or IMAGE_DIGEST: one KEY=value per line
#   *.tar.gz           the image for "docker load"; absent with PUBLISH=registry
#   sbom.cdx.json      the npm packages in the image, as CycloneDX
#   openapi.json       the OpenAPI document of this version
#   junit/*.xml        the test reports
#   SHA256SUMS         checksums of all of the above
#
# Environment, all optional; lib.sh lists more:
#   PUBLISH  archive (default): the image becomes a file of the release. registry: push-image.sh has
#            pushed it, and only its digest is recorded
set -eu
# shellcheck source=scripts/ci/lib.sh
. "$(dirname "$0")/lib.sh"
need docker git node npm gzip sha256sum

commit=$(current_commit)
image=$IMAGE:$commit
docker image inspect "$image" >/dev/null 2>&1 || die 2 "image $image does not exist. Run build-image.sh"
ls "$RESULTS"/junit/*.xml >/dev/null 2>&1 || die 2 'no test report exists. Run test.sh'

rm -rf "$RELEASE"
mkdir -p "$RELEASE/junit"

say 'SBOM'
# Development and optional packages are not in the image (see the Dockerfile).
npm sbom --sbom-format cyclonedx --sbom-type application --omit dev --omit optional >"$RELEASE/sbom.cdx.json"
# npm names the application after the folder, which is only a workspace number in CI.
# shellcheck disable=SC2016 # JavaScript's own ${}
node -e '
  const { readFileSync, writeFileSync } = require("node:fs");
  const [file] = process.argv.slice(1);
  const sbom = JSON.parse(readFileSync(file, "utf8"));
  sbom.metadata.component.name = require("./package.json").name;
  writeFileSync(file, `${JSON.stringify(sbom, null, 2)}\n`);
  console.log(`${sbom.components.length} packages, CycloneDX ${sbom.specVersion}`);
' "$RELEASE/sbom.cdx.json"

say 'OpenAPI document, test reports'
# lint.sh compared it with the routes.
cp docs/openapi.json "$RELEASE/openapi.json"
cp "$RESULTS"/junit/*.xml "$RELEASE/junit/"

{
  echo "TAG=$commit"
  echo "VERSION=$(node -p 'require("./package.json").version')"
  echo "IMAGE=$IMAGE"
  echo "IMAGE_ID=$(docker image inspect -f '{{.Id}}' "$image")"
} >"$RELEASE/release.env"

case ${PUBLISH:-archive} in
  archive)
    archive=$(basename "$IMAGE")-$commit.tar
    say "image to $archive.gz"
    # Two commands instead of a pipe: if "docker save" fails, no valid but incomplete archive remains.
    docker save --output "$RELEASE/$archive" "$image"
    gzip -n -1 "$RELEASE/$archive"
    echo "IMAGE_ARCHIVE=$archive.gz" >>"$RELEASE/release.env"
    ;;
  registry)
    [ -s "$RESULTS/image-digest" ] || die 2 'the image was not pushed. Run push-image.sh'
    echo "IMAGE_DIGEST=$(cat "$RESULTS/image-digest")" >>"$RELEASE/release.env"
    ;;
  *) die 2 "PUBLISH must be archive or registry, not $PUBLISH" ;;
esac

(
  cd "$RELEASE"
  find . -type f -exec sha256sum {} + | sed 's|  \./|  |' | LC_ALL=C sort -k 2 >../SHA256SUMS
  mv ../SHA256SUMS .
)
say "release $commit in $RELEASE"
cat "$RELEASE/SHA256SUMS"
