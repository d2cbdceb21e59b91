#!/bin/sh
# Runs release.sh with options from the environment: for the action of GitHub, the component of GitLab and the shared step
# of Jenkins in ci/. Their inputs become variables and never a part of a script, so no value can be a command.
#
# Environment, all optional except one of the first two, the version, and the environment or NO_ASSERT:
#   SRP_GATE_PROJECT, SRP_GATE_PROJECT_NAME, SRP_GATE_VERSION, SRP_GATE_COMMIT, SRP_GATE_BRANCH, SRP_GATE_ENVIRONMENT,
#   SRP_GATE_INTENT, SRP_GATE_DEPLOYMENT  values of the options of these names
#   SRP_GATE_ARTIFACTS                    values of --artifact, one per line
#   SRP_GATE_EVIDENCE                     values of --evidence, one per line; "KIND LABEL=FILE" for --evidence-as
#   SRP_GATE_SEAL, SRP_GATE_RUNNING, SRP_GATE_NO_ASSERT, SRP_GATE_CREATE_PROJECT  true or false
#   SRP_GATE_SUMMARY                      file to which the decision is added as Markdown
#
# SRP_URL, SRP_TOKEN and exit code: as release.sh.
set -eu
here=$(dirname "$0")

die() {
  printf 'srp-gate.sh: %s\n' "$*" >&2
  exit 2
}
# flag NAME VALUE OPTION: prints the option if the value is true. Any other text could be meant as a yes or a no.
flag() {
  case $2 in
    true) printf '%s' "$3" ;;
    '' | false) ;;
    *) die "$1 must be true or false" ;;
  esac
}

set -- --format markdown
[ -z "${SRP_GATE_PROJECT:-}" ] || set -- "$@" --project "$SRP_GATE_PROJECT"
[ -z "${SRP_GATE_PROJECT_NAME:-}" ] || set -- "$@" --project-name "$SRP_GATE_PROJECT_NAME"
[ -z "${SRP_GATE_VERSION:-}" ] || set -- "$@" --version "$SRP_GATE_VERSION"
[ -z "${SRP_GATE_COMMIT:-}" ] || set -- "$@" --commit "$SRP_GATE_COMMIT"
[ -z "${SRP_GATE_BRANCH:-}" ] || set -- "$@" --branch "$SRP_GATE_BRANCH"
[ -z "${SRP_GATE_ENVIRONMENT:-}" ] || set -- "$@" --environment "$SRP_GATE_ENVIRONMENT"
[ -z "${SRP_GATE_INTENT:-}" ] || set -- "$@" --intent "$SRP_GATE_INTENT"
[ -z "${SRP_GATE_DEPLOYMENT:-}" ] || set -- "$@" --deployment "$SRP_GATE_DEPLOYMENT"
# One assignment each: in a list of words, the shell would not notice that one failed.
seal=$(flag SRP_GATE_SEAL "${SRP_GATE_SEAL:-}" --seal)
running=$(flag SRP_GATE_RUNNING "${SRP_GATE_RUNNING:-}" --running)
no_assert=$(flag SRP_GATE_NO_ASSERT "${SRP_GATE_NO_ASSERT:-}" --no-assert)
create_project=$(flag SRP_GATE_CREATE_PROJECT "${SRP_GATE_CREATE_PROJECT:-}" --create-project)
set -- "$@" ${seal:+"$seal"} ${running:+"$running"} ${no_assert:+"$no_assert"} ${create_project:+"$create_project"}

# The loops read from here-documents, not from pipes: in a pipe, the options would be lost with the subshell.
while IFS= read -r line; do
  [ -z "$line" ] || set -- "$@" --artifact "$line"
done <<LINES
${SRP_GATE_ARTIFACTS:-}
LINES
while IFS= read -r line; do
  kind=${line%% *}
  case $line in
    '') ;;
    [a-z]*' '*=*)
      case $kind in
        *[!a-z0-9-]*) set -- "$@" --evidence "$line" ;;
        *) set -- "$@" --evidence-as "$kind" "${line#* }" ;;
      esac
      ;;
    *) set -- "$@" --evidence "$line" ;;
  esac
done <<LINES
${SRP_GATE_EVIDENCE:-}
LINES

code=0
text=$("$here/release.sh" "$@") || code=$?
if [ -n "$text" ]; then
  printf '%s\n' "$text"
  [ -z "${SRP_GATE_SUMMARY:-}" ] || printf '%s\n' "$text" >>"$SRP_GATE_SUMMARY"
fi
exit "$code"
