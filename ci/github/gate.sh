#!/bin/sh
# The step of action.yml: asks GitHub for a token of this job, and runs scripts/ci/srp-gate.sh with it. No secret is stored.
#
# Environment:
#   SRP_AUDIENCE                      audience that the platform expects (default: SRP_URL)
#   ACTIONS_ID_TOKEN_REQUEST_URL, ACTIONS_ID_TOKEN_REQUEST_TOKEN  set by GitHub with `permissions: { id-token: write }`
#   SRP_URL, SRP_GATE_…               see scripts/ci/srp-gate.sh
set -eu

die() {
  printf 'gate.sh: %s\n' "$*" >&2
  exit 2
}
[ -n "${ACTIONS_ID_TOKEN_REQUEST_URL:-}" ] && [ -n "${ACTIONS_ID_TOKEN_REQUEST_TOKEN:-}" ] ||
  die 'GitHub gives this job no token. The job needs permissions: { id-token: write }'
# It becomes a part of an address.
audience=${SRP_AUDIENCE:-${SRP_URL:-}}
case $audience in '' | *[!A-Za-z0-9:/._~-]*) die "the audience '$audience' has a character that is not allowed" ;; esac

# Not an argument: every user of the runner could read it.
answer=$(printf 'header = "authorization: Bearer %s"' "$ACTIONS_ID_TOKEN_REQUEST_TOKEN" |
  curl -q -sS --fail --max-time 30 -K - "$ACTIONS_ID_TOKEN_REQUEST_URL&audience=$audience") ||
  die 'GitHub did not answer with a token'
SRP_TOKEN=$(printf '%s' "$answer" | tr -d '\n' | sed -n 's/.*"value" *: *"\([A-Za-z0-9._-]*\)".*/\1/p')
[ -n "$SRP_TOKEN" ] || die 'the answer of GitHub has no token'
printf '::add-mask::%s\n' "$SRP_TOKEN"
export SRP_TOKEN
export SRP_GATE_SUMMARY="${SRP_GATE_SUMMARY:-${GITHUB_STEP_SUMMARY:-}}"
exec "$(dirname "$0")/../../scripts/ci/srp-gate.sh"
