#!/bin/sh
# Pushes the image of the checked-out commit to its registry. Runs before archive.sh, which records the
# digest that the registry answers with.
#
#   scripts/ci/push-image.sh
#
# Environment; lib.sh lists more:
#   IMAGE              must name the registry: registry.example.org/platform/secure-release-platform
#   REGISTRY_USER      both or neither; without them Docker's own login is used
#   REGISTRY_PASSWORD
set -eu
# shellcheck source=scripts/ci/lib.sh
. "$(dirname "$0")/lib.sh"
need docker git

# The same rule as Docker's: the part before the first slash is a host if it has a dot or a colon.
case $IMAGE in
  *[.:]*/* | localhost/*) ;;
  *) die 2 "IMAGE=$IMAGE names no registry" ;;
esac
commit=$(current_commit)
mkdir -p "$RESULTS"

if [ -n "${REGISTRY_USER:-}" ]; then
  # A login of its own, gone at the end: docker login stores the password in the home folder otherwise.
  DOCKER_CONFIG=$(mktemp -d)
  export DOCKER_CONFIG
  trap 'rm -rf "$DOCKER_CONFIG"' EXIT
  # On standard input: arguments are visible to every user of the host.
  printf '%s' "${REGISTRY_PASSWORD:?}" |
    docker login --username "$REGISTRY_USER" --password-stdin "${IMAGE%%/*}" >/dev/null
fi

say "pushing $IMAGE:$commit"
docker push "$IMAGE:$commit"
docker image inspect -f '{{range .RepoDigests}}{{println .}}{{end}}' "$IMAGE:$commit" |
  grep "^$IMAGE@" | head -n 1 >"$RESULTS/image-digest"
say "pushed $(cat "$RESULTS/image-digest")"
