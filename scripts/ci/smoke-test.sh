#!/bin/sh
# Checks that a running service has the right version and works: health, readiness, version, and a project that is
# created, read and deleted.
#
#   scripts/ci/smoke-test.sh URL [COMMIT [WAIT [TIMEOUT [PROJECT]]]]
#
#   URL      such as http://127.0.0.1:8000
#   COMMIT   commit that must be running; if it is absent or empty, any commit is accepted
#   WAIT     seconds until the service must be ready (SMOKE_WAIT, or 60)
#   TIMEOUT  seconds to wait for one answer (SMOKE_TIMEOUT, or 10)
#   PROJECT  Compose project of the service on this host. If the service requires a token (AUTH_MODE=token), its
#            container creates one for this test, which is revoked at the end
#
# Without PROJECT, a service that requires a token needs SMOKE_TOKEN: a token with projects:read and projects:write.
#
# Exit code: 0 passed; 1 the service gave a wrong answer; 2 the service could not be reached or tested.
#
# WAIT and TIMEOUT are also arguments, because Ansible does not pass environment variables to the host.
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
# Also runs after a failure, and prints nothing: the first failure is the one to report.
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

# ask METHOD PATH [BODY]: sets $status and $answer. Fails if the service does not answer.
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

# field NAME: prints a string or number of the answer, which must be one flat JSON object.
field() { printf '%s' "$answer" | sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p"; }

# tokens ARGUMENTS...: runs the service's token tool in its container.
tokens() {
  container=$(docker ps -q --filter "label=com.docker.compose.project=$compose_project" \
    --filter label=com.docker.compose.service=api --filter label=com.docker.compose.oneoff=False | head -n 1)
  docker exec "$container" node dist/token.js "$@"
}

# curl reads the token from a file, because every user of the host can see arguments.
authorize() {
  token=${SMOKE_TOKEN:-}
  if [ -n "$compose_project" ]; then
    token=$(tokens create --name 'smoke test' --subject smoke-test --days 1 \
      --scopes projects:read,projects:write 2>"$work/error") || unasked "cannot create a token: $(cat "$work/error")"
    token_id=$(sed -n 's/^token \([0-9a-f-]*\),.*/\1/p' "$work/error")
  fi
  [ -n "$token" ] || unasked 'the service requires a token. Set SMOKE_TOKEN, or name its Compose project'
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
[ -n "$running" ] || fail "GET /version: the answer has no commit: $answer"
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
case $id in '' | *[!0-9]*) fail "POST /projects: the answer has no id: $answer" ;; esac
project=/projects/$id
created=$answer
[ "$(field name)" = "$name" ] || fail "POST /projects: the answer has another name: $answer"
pass "POST /projects: $project"

expect 200 GET "$project"
[ "$answer" = "$created" ] || fail "GET $project: the answer differs from the created project: $answer"
pass "GET $project: the created project"

expect 204 DELETE "$project"
pass "DELETE $project"
expect 404 GET "$project"
project=
pass "GET /projects/$id: deleted"

echo 'smoke test passed'
