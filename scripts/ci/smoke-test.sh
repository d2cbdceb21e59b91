#!/bin/sh
# Asks a running service whether it is the right one and does its work: health, readiness, version, and a
# project that is created, read and deleted again.
#
#   scripts/ci/smoke-test.sh URL [COMMIT]     such as http://127.0.0.1:8000; any commit if none is given
#
# Exit code: 0 all is well; 1 the service answered, and wrongly; 2 it could not be asked.
#
# Environment, all optional:
#   SMOKE_WAIT     seconds that the service has until it is ready (60)
#   SMOKE_TIMEOUT  seconds for one answer (10)
set -eu

if [ "$#" -lt 1 ] || [ "$#" -gt 2 ] || [ -z "$1" ]; then
  echo 'usage: smoke-test.sh URL [COMMIT]' >&2
  exit 2
fi
url=${1%/}
commit=${2:-}
command -v curl >/dev/null 2>&1 || { echo 'curl is not installed' >&2; exit 2; }

work=$(mktemp -d)
project=
# Also after a failure, and without a word: the first failure is the one to report.
clean_up() {
  [ -z "$project" ] || curl -s -o /dev/null --max-time 5 -X DELETE "$url$project" || true
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 2' HUP INT TERM

pass() { printf 'ok    %s\n' "$*"; }
fail() { printf 'FAIL  %s\n' "$*"; exit 1; }
unasked() { printf 'FAIL  %s\n' "$*"; exit 2; }

# ask METHOD PATH [BODY]: sets $status and $answer; fails if there is no answer.
ask() {
  set -- "$1" "$2" ${3:+-H 'content-type: application/json' --data "$3"}
  ask_method=$1 ask_path=$2
  shift 2
  : >"$work/body"
  status=$(curl -sS --max-time "${SMOKE_TIMEOUT:-10}" -o "$work/body" -D "$work/head" -w '%{http_code}' \
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

echo "smoke test of $url${commit:+, commit $commit}"

deadline=$(($(date +%s) + ${SMOKE_WAIT:-60}))
until ask GET /health/ready && [ "$status" = 200 ]; do
  if [ "$(date +%s)" -ge "$deadline" ]; then
    [ -s "$work/error" ] && unasked "no answer from $url: $(cat "$work/error")"
    fail "not ready after ${SMOKE_WAIT:-60} s: $status: $answer"
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
