#!/bin/sh
# Packs the release: everything that a deployment needs and that an audit asks for, with checksums.
#
#   scripts/ci/archive.sh
#
# Results in RESULTS/release:
#   release.env        TAG, VERSION, IMAGE, IMAGE_ID, IMAGE_ARCHIVE or IMAGE_DIGEST: one KEY=value a line
#   *.tar.gz           the image, as "docker load" takes it; none when PUBLISH=registry
#   sbom.cdx.json      what the image contains of npm, as CycloneDX
#   openapi.json       the description of this version's API
#   junit/*.xml        the reports of the tests
#   SHA256SUMS         checksums of all of the above
#
# Environment, all optional; lib.sh lists more:
#   PUBLISH  archive (default): the image becomes a file of the release; registry: push-image.sh has
#            pushed it, and only its digest is recorded
set -eu
# shellcheck source=scripts/ci/lib.sh
. "$(dirname "$0")/lib.sh"
need docker git node npm gzip sha256sum

commit=$(current_commit)
image=$IMAGE:$commit
docker image inspect "$image" >/dev/null 2>&1 || die 2 "there is no image $image: run build-image.sh"
ls "$RESULTS"/junit/*.xml >/dev/null 2>&1 || die 2 'there is no test report: run test.sh'

rm -rf "$RELEASE"
mkdir -p "$RELEASE/junit"

say 'SBOM'
# Without development and optional packages: the image has neither (see the Dockerfile).
npm sbom --sbom-format cyclonedx --sbom-type application --omit dev --omit optional >"$RELEASE/sbom.cdx.json"
# npm names the application after the folder, which is a workspace's number here.
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
# lint.sh has compared it with the routes.
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
    # Two commands and no pipe: a failing "docker save" must not end as a valid, short archive.
    docker save --output "$RELEASE/$archive" "$image"
    gzip -n -1 "$RELEASE/$archive"
    echo "IMAGE_ARCHIVE=$archive.gz" >>"$RELEASE/release.env"
    ;;
  registry)
    [ -s "$RESULTS/image-digest" ] || die 2 'the image was not pushed: run push-image.sh'
    echo "IMAGE_DIGEST=$(cat "$RESULTS/image-digest")" >>"$RELEASE/release.env"
    ;;
  *) die 2 "PUBLISH must be archive or registry, but is $PUBLISH" ;;
esac

(
  cd "$RELEASE"
  find . -type f -exec sha256sum {} + | sed 's|  \./|  |' | LC_ALL=C sort -k 2 >../SHA256SUMS
  mv ../SHA256SUMS .
)
say "release $commit in $RELEASE"
cat "$RELEASE/SHA256SUMS"
