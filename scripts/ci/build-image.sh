#!/bin/sh
# Builds the image and tags it with the commit.
#
#   scripts/ci/build-image.sh
#
# Environment, all optional; lib.sh lists more:
#   BUILD_NETWORK  network of the build, such as "host" if only the host reaches the package registry
#   BUILD_PULL     0: use the local base image, for a build without a network (1)
set -eu
# shellcheck source=scripts/ci/lib.sh
. "$(dirname "$0")/lib.sh"
need docker git node

commit=$(current_commit)
version=$(node -p 'require("./package.json").version')

say "building $IMAGE:$commit (version $version)"
# The base image's tag gets security updates. Without --pull, Docker keeps the image that it pulled first.
pull=--pull
[ "${BUILD_PULL:-1}" != 0 ] || pull=
docker build ${pull:+"$pull"} ${BUILD_NETWORK:+--network "$BUILD_NETWORK"} \
  --build-arg "GIT_COMMIT=$commit" \
  --build-arg "BUILD_DATE=$(date -u +%Y-%m-%dT%H:%M:%SZ)" \
  --build-arg "VERSION=$version" \
  --tag "$IMAGE:$commit" .

# The smoke test compares this commit with the running service, so a wrong label must fail here.
label=$(docker image inspect -f '{{index .Config.Labels "org.opencontainers.image.revision"}}' "$IMAGE:$commit")
[ "$label" = "$commit" ] || die 1 "the label of the image names commit '$label', not $commit"
say "built $IMAGE:$commit, $(docker image inspect -f '{{.Id}}' "$IMAGE:$commit")"
