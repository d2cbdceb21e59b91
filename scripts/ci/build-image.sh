#!/bin/sh
# Builds the image and tags it with the commit.
#
#   scripts/ci/build-image.sh
#
# Environment, all optional; lib.sh lists more:
#   BUILD_NETWORK  network of the build, such as "host" where only the host reaches the package registry
#   BUILD_PULL     0: use the base image that is here already, for a build without a network (1)
set -eu
# shellcheck source=scripts/ci/lib.sh
. "$(dirname "$0")/lib.sh"
need docker git node

commit=$(current_commit)
version=$(node -p 'require("./package.json").version')

say "building $IMAGE:$commit (version $version)"
# The base image's tag gets security updates; Docker alone would keep the one that it pulled first.
pull=--pull
[ "${BUILD_PULL:-1}" != 0 ] || pull=
docker build ${pull:+"$pull"} ${BUILD_NETWORK:+--network "$BUILD_NETWORK"} \
  --build-arg "GIT_COMMIT=$commit" \
  --build-arg "BUILD_DATE=$(date -u +%Y-%m-%dT%H:%M:%SZ)" \
  --build-arg "VERSION=$version" \
  --tag "$IMAGE:$commit" .

# The smoke test asks the running service for this; an image that lies about it ends here.
label=$(docker image inspect -f '{{index .Config.Labels "org.opencontainers.image.revision"}}' "$IMAGE:$commit")
[ "$label" = "$commit" ] || die 1 "the image says commit '$label', not $commit"
say "built $IMAGE:$commit, $(docker image inspect -f '{{.Id}}' "$IMAGE:$commit")"
