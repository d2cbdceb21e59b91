#!/bin/sh
# Removes old images of the service from this host, so that builds do not fill its disk.
#
#   scripts/ci/cleanup.sh
#
# It keeps the newest images, images that a container uses (Docker refuses to remove them), and images that
# rollback.sh may need on this host.
#
# Environment, all optional; lib.sh lists more:
#   KEEP_IMAGES   number of images to keep (10)
#   DEPLOY_STATE  see deploy.sh
set -eu
# shellcheck source=scripts/ci/lib.sh
. "$(dirname "$0")/lib.sh"
need docker

state=${DEPLOY_STATE:-$HOME/.local/state/secure-release-platform}

# Docker lists the newest first.
docker image ls --format '{{.Tag}}' "$IMAGE" | grep -vxF '<none>' |
  tail -n "+$((${KEEP_IMAGES:-10} + 1))" | while read -r tag; do
    if cat "$state"/*/current "$state"/*/previous 2>/dev/null | grep -qxF "$tag"; then continue; fi
    say "removing $IMAGE:$tag"
    docker image rm "$IMAGE:$tag" >/dev/null || true
  done
