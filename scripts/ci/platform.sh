# shellcheck shell=sh
# What the steps that ask the platform share. upload.sh, gate.sh, record.sh and go-back.sh source it after lib.sh.
#
# Environment:
#   SRP_URL      address of the platform
#   SRP_TOKEN    token of this job
#   SRP_PROJECT  id of the project on the platform, or its key

[ -n "${SRP_URL:-}" ] || die 2 'SRP_URL is not set: the platform cannot be asked'
case ${SRP_PROJECT:-} in '' | -* | *[!a-z0-9-]*) die 2 'SRP_PROJECT must be the id or the key of a project' ;; esac

# ask_platform TAG OPTION...: the version of a release is its tag. The tag of changed files is that of their commit.
ask_platform() {
  ask_tag=$1
  shift
  scripts/ci/release.sh --project "$SRP_PROJECT" --version "$ask_tag" --commit "${ask_tag%-dirty}" "$@"
}

# without_token COMMAND...: what deploys does not need the token of the platform.
without_token() (
  unset SRP_TOKEN
  "$@"
)
