#!/bin/sh
# Asks a running service whether it is the right one and does its work: health, readiness, version, and a
# project that is created, read and deleted again.
#
#   scripts/ci/smoke-test.sh URL [COMMIT [WAIT [TIMEOUT [PROJECT]]]]
#
#   URL      such as http://127.0.0.1:8000
#   COMMIT   that must be running; any if it is left out or empty
#   WAIT     seconds that the service has until it is ready (SMOKE_WAIT, or 60)
#   TIMEOUT  seconds for one answer (SMOKE_TIMEOUT, or 10)
#   PROJECT  Compose project of the service, on this very host. A service that asks for a token (AUTH_MODE=token)
#            gets one that its own container makes for this test; it is revoked at the end
#
# Without PROJECT, such a service needs SMOKE_TOKEN: a token with the scopes projects:read and projects:write.
#
# Exit code: 0 all is well; 1 the service answered, and wrongly; 2 it could not be asked.
#
# WAIT and TIMEOUT are arguments, too, because no environment gets from Ansible's computer to the host.
set -eu

usage() {
  echo 'usage: smoke-test.sh URL [COMMIT [WAIT [TIMEOUT [PROJECT]]]], WAIT and TIMEOUT in whole seconds' >&2
  exit 2
}
if [ "$#" -lt 1 ] || [ "$#" -gt 5 ] || [ -z "$1" ]; then usage; fi
url=${1%/}
commit=${2:-}
wait=${3:-${SMOKE_WAIT:-60}}
timeout=${4:-${SMOKE_TIMEOUT:-10}}
compose_project=${5:-}
case $wait in *[!0-9]*) usage ;; esac
case $timeout in *[!0-9]*) usage ;; esac
command -v curl >/dev/null 2>&1 || { echo 'curl is not installed' >&2; exit 2; }

work=$(mktemp -d)
project=
token_id=
: >"$work/authorization"
# Also after a failure, and without a word: the first failure is the one to report.
clean_up() {
  [ -z "$project" ] ||
    curl -s -o /dev/null --max-time 5 -H "@$work/authorization" -X DELETE "$url$project" || true
  [ -z "$token_id" ] || tokens revoke "$token_id" >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 2' HUP INT TERM

pass() { printf 'ok    %s\n' "$*"; }
fail() { printf 'FAIL  %s\n' "$*"; exit 1; }
unasked() { printf 'FAIL  %s\n' "$*"; exit 2; }

# ask METHOD PATH [BODY]: sets $status and $answer; fails if there is no answer.
ask() {
  set -- "$1" "$2" -H "@$work/authorization" ${3:+-H 'content-type: application/json' --data "$3"}
  ask_method=$1 ask_path=$2
  shift 2
  : >"$work/body"
  status=$(curl -sS --max-time "$timeout" -o "$work/body" -D "$work/head" -w '%{http_code}' \
    -X "$ask_method" "$@" "$url$ask_path" 2>"$work/error") || return 1
  answer=$(cat "$work/body")
}

# expect STATUS METHOD PATH [BODY]
expect() {
  expected=$1
  shift
  ask "$@" || unasked "$1 $2: $(cat "$work/error")"
  [ "$status" = "$expected" ] || fail "$1 $2: expected $expected, got $status: $answer"
}

# field NAME: a text or a number of the answer, which is one flat JSON object.
field() { printf '%s' "$answer" | sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p"; }

# tokens ARGUMENTS...: the service's own tool, in its container.
tokens() {
  container=$(docker ps -q --filter "label=com.docker.compose.project=$compose_project" \
    --filter label=com.docker.compose.service=api --filter label=com.docker.compose.oneoff=False | head -n 1)
  docker exec "$container" node dist/token.js "$@"
}

# In a file, which curl reads: arguments are visible to every user of the host.
authorize() {
  token=${SMOKE_TOKEN:-}
  if [ -n "$compose_project" ]; then
    token=$(tokens create --name 'smoke test' --subject smoke-test --days 1 \
      --scopes projects:read,projects:write 2>"$work/error") || unasked "no token: $(cat "$work/error")"
    token_id=$(sed -n 's/^token \([0-9a-f-]*\),.*/\1/p' "$work/error")
  fi
  [ -n "$token" ] || unasked 'the service asks for a token: set SMOKE_TOKEN, or name its Compose project'
  printf 'authorization: Bearer %s\n' "$token" >"$work/authorization"
}

echo "smoke test of $url${commit:+, commit $commit}"

deadline=$(($(date +%s) + wait))
until ask GET /health/ready && [ "$status" = 200 ]; do
  if [ "$(date +%s)" -ge "$deadline" ]; then
    [ -s "$work/error" ] && unasked "no answer from $url: $(cat "$work/error")"
    fail "not ready after $wait s: $status: $answer"
  fi
  sleep 1
done
pass 'GET /health/ready: the database answers, its schema is current'

expect 200 GET /health
[ "$answer" = '{"status":"ok"}' ] || fail "GET /health: $answer"
pass 'GET /health'

expect 200 GET /version
running=$(field commit)
[ -n "$running" ] || fail "GET /version names no commit: $answer"
[ -z "$commit" ] || [ "$running" = "$commit" ] ||
  fail "GET /version: commit $running is running, not $commit"
pass "GET /version: commit $running"

ask GET '/projects?limit=1' || unasked "GET /projects: $(cat "$work/error")"
case $status in
  200) pass 'GET /projects: callers need no token' ;;
  401)
    pass 'GET /projects: refused without a token'
    authorize
    ;;
  *) fail "GET /projects without a token: expected 200 or 401, got $status: $answer" ;;
esac

name="smoke test $(date -u +%Y-%m-%dT%H:%M:%SZ) $$"
expect 201 POST /projects "{\"name\":\"$name\"}"
id=$(field id)
case $id in '' | *[!0-9]*) fail "POST /projects: no id: $answer" ;; esac
project=/projects/$id
created=$answer
[ "$(field name)" = "$name" ] || fail "POST /projects: another name came back: $answer"
pass "POST /projects: $project"

expect 200 GET "$project"
[ "$answer" = "$created" ] || fail "GET $project: not what was created: $answer"
pass "GET $project: what was created"

expect 204 DELETE "$project"
pass "DELETE $project"
expect 404 GET "$project"
project=
pass "GET /projects/$id: gone"

echo 'smoke test passed'
