# shellcheck shell=sh
# What every step shares. Sourced by the scripts of this folder, never run by itself.
#
# Environment, all optional:
#   RESULTS  where the results go, relative to the repository (ci-results)
#   IMAGE    the image's name without a tag (secure-release-platform); with a registry, its full name:
#            registry.example.org/platform/secure-release-platform

cd "$(dirname "$0")/../.." || exit 2
RESULTS=${RESULTS:-ci-results}
IMAGE=${IMAGE:-secure-release-platform}
RELEASE=$RESULTS/release
# Read by the scripts that source this file.
export RESULTS IMAGE RELEASE

say() { printf '==> %s\n' "$*"; }

# die CODE MESSAGE...
die() {
  die_code=$1
  shift
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit "$die_code"
}

# need COMMAND...: says at once what is missing, not in the middle of the work.
need() {
  for need_command in "$@"; do
    command -v "$need_command" >/dev/null 2>&1 || die 2 "$need_command is not installed"
  done
}

# The commit that is checked out, which is also the image's tag. Jenkins' GIT_COMMIT is not asked: what
# lies in the folder counts. "-dirty" keeps a build of changed files from passing for the commit.
current_commit() {
  current=$(git rev-parse HEAD) || return 1
  [ -z "$(git status --porcelain -- . ":(exclude)$RESULTS")" ] || current=$current-dirty
  printf '%s\n' "$current"
}

# An image is looked up and deployed by its tag; a tag with a blank or a quote in it is a mistake.
check_tag() {
  case $1 in
    '' | [!A-Za-z0-9_]* | *[!A-Za-z0-9_.-]*) die 2 "not a tag: '$1'" ;;
  esac
}

# run_id: which run of a pipeline this is, nothing by hand. Job names may have blanks and quotes in them; the
# id becomes part of a command and of a JSON text.
run_id() {
  if [ -n "${RUN_ID+set}" ]; then
    run=$RUN_ID
  elif [ -n "${BUILD_TAG:-}" ]; then
    run=$BUILD_TAG
  elif [ -n "${GITHUB_RUN_ID:-}" ]; then
    run=github-$GITHUB_RUN_ID-${GITHUB_RUN_ATTEMPT:-1}
  elif [ -n "${CI_JOB_ID:-}" ]; then
    # A job that is tried again has the pipeline's id, and an id of its own.
    run=gitlab-${CI_PIPELINE_ID:-0}-$CI_JOB_ID
  else
    run=
  fi
  printf '%s' "$run" | tr -c 'A-Za-z0-9_.-' '-'
}

# json_text TEXT: as a string of JSON.
json_text() { printf '"%s"' "$(printf '%s' "$1" | sed 's/[\\"]/\\&/g')"; }

# release_value KEY: one value of the release that archive.sh has packed, nothing if there is none.
release_value() {
  [ ! -f "$RELEASE/release.env" ] || sed -n "s/^$1=//p" "$RELEASE/release.env"
}

# docker-compose is the older program; either will do.
compose() {
  if docker compose version >/dev/null 2>&1; then
    docker compose "$@"
  else
    docker-compose "$@"
  fi
}
