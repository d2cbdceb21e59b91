#!/bin/sh
# Removes old images of the service from this host's Docker, so that builds do not fill its disk.
#
#   scripts/ci/cleanup.sh
#
# The newest ones stay, and so does each image that a container uses (Docker refuses to remove it) or that
# rollback.sh may need on this host.
#
# Environment, all optional; lib.sh lists more:
#   KEEP_IMAGES   how many stay (10)
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
