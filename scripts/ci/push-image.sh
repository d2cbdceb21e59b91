#!/bin/sh
# Pushes the image of the checked-out commit to its registry. Run it before archive.sh, which records the digest
# that the registry returns.
#
#   scripts/ci/push-image.sh
#
# Environment; lib.sh lists more:
#   IMAGE              must name the registry: registry.example.org/platform/secure-release-platform
#   REGISTRY_USER      set both or neither; without them, Docker's stored login is used
#   REGISTRY_PASSWORD
set -eu
# shellcheck source=scripts/ci/lib.sh
. "$(dirname "$0")/lib.sh"
need docker git

# Docker's rule: the part before the first slash is a host if it contains a dot or a colon.
case $IMAGE in
  *[.:]*/* | localhost/*) ;;
  *) die 2 "IMAGE=$IMAGE does not name a registry" ;;
esac
commit=$(current_commit)
mkdir -p "$RESULTS"

if [ -n "${REGISTRY_USER:-}" ]; then
  # A separate login that is removed at the end: docker login would store the password in the home folder.
  DOCKER_CONFIG=$(mktemp -d)
  export DOCKER_CONFIG
  trap 'rm -rf "$DOCKER_CONFIG"' EXIT
  # The password goes to standard input, because every user of the host can see arguments.
  printf '%s' "${REGISTRY_PASSWORD:?}" |
    docker login --username "$REGISTRY_USER" --password-stdin "${IMAGE%%/*}" >/dev/null
fi

say "pushing $IMAGE:$commit"
docker push "$IMAGE:$commit"
docker image inspect -f '{{range .RepoDigests}}{{println .}}{{end}}' "$IMAGE:$commit" |
  grep "^$IMAGE@" | head -n 1 >"$RESULTS/image-digest"
say "pushed $(cat "$RESULTS/image-digest")"
