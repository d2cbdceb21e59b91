#!/usr/bin/env bash
# Plays a point-in-time restore with the log: docs/runbooks/backup-and-restore.md. It makes its own PostgreSQL with an
# archive of the write-ahead log, a server, releases and verdicts, a base backup, more of them, kills both, restores to
# a moment between, and begins a new log. It removes everything at the end.
#
#   npm run -s build && scripts/check-restore.sh
#
# Environment, all optional:
#   PG_BIN   folder of PostgreSQL's programs, 15 or later (that of pg_config, or the newest in /usr/lib/postgresql)
#   PG_PORT  free port on 127.0.0.1 (15433)
#   PORT     free port on 127.0.0.1 (18001)
#   PG_USER  as root: the user that runs PostgreSQL, which refuses root (postgres)
#
# Exit code: 0 all checks passed; 1 one failed; 2 a program is missing, and nothing was checked.
set -euo pipefail
cd "$(dirname "$0")/.."

PG_PORT=${PG_PORT:-15433} PORT=${PORT:-18001} PG_USER=${PG_USER:-postgres}
API=http://127.0.0.1:$PORT
pass() { printf 'ok    %s\n' "$*"; }
note() { printf '      %s\n' "$*"; }
fail() {
  printf 'FAIL  %s\n' "$*" >&2
  for log in "$work"/*.log "$work"/pg/*.log; do [ ! -f "$log" ] || tail -n 20 "$log" >&2; done
  exit 1
}
missing() {
  printf 'NOT CHECKED: %s. The restore was not played.\n' "$*" >&2
  exit 2
}
same() { if [ "$2" = "$3" ]; then pass "$1"; else fail "$1: expected '$2', got '$3'"; fi; }

if [ -z "${PG_BIN:-}" ]; then
  for folder in $(command -v pg_config >/dev/null && pg_config --bindir) $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V -r); do
    if [ -x "$folder/pg_basebackup" ] && [ -x "$folder/initdb" ]; then PG_BIN=$folder && break; fi
  done
fi
for program in initdb pg_ctl pg_basebackup psql; do
  [ -x "${PG_BIN:-}/$program" ] || missing "PostgreSQL's $program is not installed (PG_BIN=${PG_BIN:-})"
done
for program in curl node; do command -v "$program" >/dev/null || missing "$program is not installed"; done
[ -f dist/server.js ] || missing 'dist/server.js does not exist. Run npm run build'
as_pg() { "$@"; }
if [ "$(id -u)" = 0 ]; then
  id "$PG_USER" >/dev/null 2>&1 || missing "PostgreSQL refuses to run as root, and the user $PG_USER does not exist"
  command -v setpriv >/dev/null || missing 'setpriv is not installed'
  as_pg() { setpriv --reuid="$PG_USER" --regid="$(id -gn "$PG_USER")" --clear-groups "$@"; }
fi

work=$(mktemp -d)
server=
clean_up() {
  [ -z "$server" ] || kill -KILL "$server" 2>/dev/null || true
  [ ! -d "$work/pg/data" ] || as_pg "$PG_BIN/pg_ctl" -D "$work/pg/data" -m immediate stop >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap clean_up EXIT
chmod 711 "$work"
mkdir -m 700 "$work/keys"
mkdir "$work/pg" "$work/pg/wal"
[ "$(id -u)" != 0 ] || chown -R "$PG_USER" "$work/pg"

sql() { as_pg "$PG_BIN/psql" -X -At -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$PG_PORT" -U "${2:-postgres}" -d "${3:-srp}" -c "$1"; }
start_pg() { as_pg "$PG_BIN/pg_ctl" -D "$work/pg/data" -l "$work/pg/postgres.log" -w -t 120 start >/dev/null || fail 'PostgreSQL does not start'; }

# The settings of the server and of its programs. Its owner is no superuser.
export SIGNING_KEYS_DIR=$work/keys HOST=127.0.0.1 PORT AUTH_MODE=none LOG_LEVEL=info
export DATABASE_URL=postgresql://srp_server:server@127.0.0.1:$PG_PORT/srp
export MIGRATION_DATABASE_URL=postgresql://srp_owner:owner@127.0.0.1:$PG_PORT/srp

answers() { curl -fsS --max-time 5 "$API$1" 2>/dev/null; }
# until_true SECONDS DESCRIPTION COMMAND...
until_true() {
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || fail "$what: not in time"
    sleep 0.3
  done
}
start_server() {
  node dist/server.js >>"$work/server.log" 2>&1 &
  server=$!
  until_true 60 'the server answers' answers /health/ready
}
post() { curl -sS --fail-with-body --max-time 20 -X "$1" -H 'content-type: application/json' -d "$3" "$API$2" || fail "$1 $2"; }
# ship VERSION: a release, a report of tests, and a verdict, which is a yes.
ship() {
  local release
  release=$(post PUT "/projects/$project/releases/$1" '{"commit":"0123456789abcdef0123456789abcdef01234567"}' |
    sed -n 's/^{"id":"\([0-9a-f-]*\)".*/\1/p')
  post POST "/releases/$release/evidence" "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.5\",\"version\":1,
    \"components\":[{\"type\":\"library\",\"name\":\"part\",\"version\":\"$1\",\"purl\":\"pkg:npm/part@$1\"}]}" >/dev/null
  curl -sS --fail-with-body --max-time 20 "$API/assert?release=$release&environment=test" >"$work/verdict.log" || fail "assert $1"
}
# Every event is in the log, and the log is signed up to it.
logged() {
  [ "$(sql "SELECT count(*) FROM logs l JOIN log_checkpoints c ON c.log_id = l.id AND c.size = l.size
             WHERE l.ended_at IS NULL AND NOT EXISTS (SELECT 1 FROM log_queue)")" = 1 ]
}
counts() { sql 'SELECT (SELECT count(*) FROM releases), (SELECT count(*) FROM verdicts), (SELECT count(*) FROM events)'; }
log_command() { node dist/log.js "$@" 2>&1; }

as_pg "$PG_BIN/initdb" -D "$work/pg/data" -U postgres -A trust -E UTF8 >/dev/null
cat >>"$work/pg/data/postgresql.conf" <<END
listen_addresses = '127.0.0.1'
port = $PG_PORT
unix_socket_directories = '$work/pg'
archive_mode = on
archive_command = 'test ! -f $work/pg/wal/%f && cp %p $work/pg/wal/%f'
END
start_pg
note "$("$PG_BIN/postgres" --version)"
sql "CREATE ROLE srp_owner LOGIN CREATEROLE PASSWORD 'owner'" postgres postgres >/dev/null
sql "CREATE DATABASE srp OWNER srp_owner ENCODING 'UTF8' TEMPLATE template0" postgres postgres >/dev/null
start_server
project=$(post POST /projects '{"name":"Shop"}' | sed -n 's/.*"id":\([0-9]*\).*/\1/p')
post POST /policies '{"name":"licences","rules":[{"rule":"licences","mode":"block","unknown":"allow","allow":["MIT"]}]}' >/dev/null
post POST /environments '{"name":"test","rank":1,"policies":[{"name":"licences"}]}' >/dev/null
ship 1.0.0
until_true 60 'the log is signed' logged
as_pg "$PG_BIN/pg_basebackup" -h 127.0.0.1 -p "$PG_PORT" -U postgres -D "$work/pg/base" -X stream -c fast
pass 'a base backup, while the server runs'

ship 2.0.0
until_true 60 'the log is signed' logged
kept=$(counts)
# The commits before have an earlier time, and those after a later one: PostgreSQL's clock, to the microsecond.
moment=$(sql 'SELECT clock_timestamp()')
ship 3.0.0
until_true 60 'the log is signed' logged
lost=$(counts)
[ "$kept" != "$lost" ] || fail 'nothing was written after the moment'
segment=$(sql 'SELECT pg_walfile_name(pg_switch_wal())')
until_true 60 'the write-ahead log is archived' test -f "$work/pg/wal/$segment"
note "releases|verdicts|events at the moment: $kept, at the end: $lost"

kill -KILL "$server"
wait "$server" 2>/dev/null || true
server=
as_pg "$PG_BIN/pg_ctl" -D "$work/pg/data" -m immediate stop >/dev/null
pass 'the server and PostgreSQL are killed'

as_pg rm -rf "$work/pg/data"
as_pg mv "$work/pg/base" "$work/pg/data"
as_pg touch "$work/pg/data/recovery.signal"
cat >>"$work/pg/data/postgresql.auto.conf" <<END
restore_command = 'cp $work/pg/wal/%f %p'
recovery_target_time = '$moment'
recovery_target_action = 'promote'
END
start_pg
recovered() { [ "$(sql 'SELECT pg_is_in_recovery()')" = f ]; }
until_true 60 'the recovery ends' recovered
same 'the restore has what was written until the moment, and nothing later' "$kept" "$(counts)"

start_server
behind() { answers /health/ready | grep -q 'fewer log entries than were signed'; }
until_true 30 'the server notices that the log is behind' behind
pass '/health/ready says that the log is behind'
if log_command verify >"$work/verify.log"; then fail 'log verify finds no fault before the new log'; fi
pass 'npm run log -- verify refuses it'
log_command recover --reason 'The disk broke. Restored to a moment' >"$work/recover.log" || fail 'log recover'
ready() { [ "$(answers /health/ready)" = '{"status":"ready"}' ]; }
until_true 60 'the server is ready without a warning' ready
ship 4.0.0
until_true 60 'the log is signed' logged
log_command verify >"$work/verify.log" || { cat "$work/verify.log" >&2; fail 'log verify'; }
note "$(grep compared "$work/verify.log")"
pass 'a new log has the next release, and npm run log -- verify finds nothing wrong'
kill -TERM "$server"
status=0
wait "$server" || status=$?
server=
same 'the server stops cleanly' 0 "$status"
echo 'all checks passed'
