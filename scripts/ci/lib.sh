# shellcheck shell=sh
# Functions that all steps share. The scripts of this folder source it; it is not run directly.
#
# Environment, all optional:
#   RESULTS  folder of the results, relative to the repository (ci-results)
#   IMAGE    name of the image without a tag (secure-release-platform); with a registry, the full name:
#            registry.example.org/platform/secure-release-platform

cd "$(dirname "$0")/../.." || exit 2
RESULTS=${RESULTS:-ci-results}
IMAGE=${IMAGE:-secure-release-platform}
RELEASE=$RESULTS/release
# The scripts that source this file read these.
export RESULTS IMAGE RELEASE

say() { printf '==> %s\n' "$*"; }

# die CODE MESSAGE...
die() {
  die_code=$1
  shift
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit "$die_code"
}

# need COMMAND...: fails at the start if a program is missing, not in the middle of the work.
need() {
  for need_command in "$@"; do
    command -v "$need_command" >/dev/null 2>&1 || die 2 "$need_command is not installed"
  done
}

# The commit that is checked out, which is also the image's tag. Jenkins' GIT_COMMIT is not used, because the
# content of the folder counts. "-dirty" marks a build of changed files.
current_commit() {
  current=$(git rev-parse HEAD) || return 1
  [ -z "$(git status --porcelain -- . ":(exclude)$RESULTS")" ] || current=$current-dirty
  printf '%s\n' "$current"
}

# Images are found and deployed by tag, so a tag must not contain spaces or quotes.
check_tag() {
  case $1 in
    '' | [!A-Za-z0-9_]* | *[!A-Za-z0-9_.-]*) die 2 "'$1' is not a valid image tag" ;;
  esac
}

# run_id: prints the id of the pipeline run, and nothing outside of a pipeline. Job names can contain spaces and
# quotes, and the id becomes part of a command and of JSON, so other characters are replaced.
run_id() {
  if [ -n "${RUN_ID+set}" ]; then
    run=$RUN_ID
  elif [ -n "${BUILD_TAG:-}" ]; then
    run=$BUILD_TAG
  elif [ -n "${GITHUB_RUN_ID:-}" ]; then
    run=github-$GITHUB_RUN_ID-${GITHUB_RUN_ATTEMPT:-1}
  elif [ -n "${CI_JOB_ID:-}" ]; then
    # A retried job keeps the pipeline's id and gets a new job id.
    run=gitlab-${CI_PIPELINE_ID:-0}-$CI_JOB_ID
  else
    run=
  fi
  printf '%s' "$run" | tr -c 'A-Za-z0-9_.-' '-'
}

# json_text TEXT: prints a JSON string.
json_text() { printf '"%s"' "$(printf '%s' "$1" | sed 's/[\\"]/\\&/g')"; }

# release_value KEY: prints one value of the release that archive.sh packed, or nothing if there is no release.
release_value() {
  [ ! -f "$RELEASE/release.env" ] || sed -n "s/^$1=//p" "$RELEASE/release.env"
}

# docker-compose is the older program. Both work.
compose() {
  if docker compose version >/dev/null 2>&1; then
    docker compose "$@"
  else
    docker-compose "$@"
  fi
}
