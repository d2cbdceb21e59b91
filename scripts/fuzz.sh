#!/usr/bin/env bash
# Compares the server with its OpenAPI document: Schemathesis (https://schemathesis.readthedocs.io) makes up
# requests and checks the answers, with AUTH_MODE=none and with AUTH_MODE=token. The script starts its own server
# on a free port, with a database that it deletes at the end. It exits 1 if there are findings.
#
#   scripts/fuzz.sh [OPTIONS OF `schemathesis run`]
#
# SCHEMATHESIS names the program (schemathesis), MAX_EXAMPLES the number of examples of an operation (100).
set -euo pipefail
cd "$(dirname "$0")/.."

schemathesis=${SCHEMATHESIS:-schemathesis}
if ! command -v "$schemathesis" >/dev/null; then
  cat >&2 <<'HELP'
This needs Schemathesis 4, a Python program:

  python3 -m venv .venv && .venv/bin/pip install 'schemathesis>=4,<5'
  SCHEMATHESIS=.venv/bin/schemathesis scripts/fuzz.sh
HELP
  exit 2
fi

free_port() {
  node -e "const s = require('net').createServer().listen(0, '127.0.0.1', () => {
    console.log(s.address().port); s.close(); })"
}

dir=$(mktemp -d)
server=
stop_server() {
  [ -n "$server" ] || return 0
  kill "$server" 2>/dev/null || true
  wait "$server" 2>/dev/null || true
  server=
}
trap 'stop_server; rm -rf "$dir"' EXIT

start_server() {
  node --import tsx src/server.ts >"$dir/server.log" 2>&1 &
  server=$!
  for _ in $(seq 240); do
    if curl -sf -o "$dir/health" "$url/health/ready"; then return; fi
    kill -0 "$server" 2>/dev/null || break
    sleep 0.5
  done
  cat "$dir/server.log" >&2
  exit 1
}

npm run -s generate
unset DATABASE_URL
# Teaches Schemathesis to send JSON Lines.
export PYTHONPATH=scripts${PYTHONPATH:+:$PYTHONPATH} SCHEMATHESIS_HOOKS=fuzz_hooks PYTHONDONTWRITEBYTECODE=1
HOST=127.0.0.1 PORT=$(free_port) EMBEDDED_PG_PORT=$(free_port) EMBEDDED_PG_DIR=$dir/postgres
export HOST PORT EMBEDDED_PG_PORT EMBEDDED_PG_DIR LOG_FORMAT=json LOG_LEVEL=warn
url=http://127.0.0.1:$PORT
failed=0
for mode in none token; do
  export AUTH_MODE=$mode
  start_server
  header=()
  if [ "$mode" = token ]; then
    token=$(node --import tsx src/token.ts create --name fuzz --subject fuzz --scopes all)
    header=(--header "Authorization: Bearer $token")
  fi
  echo "AUTH_MODE=$mode"
  "$schemathesis" run "$url/openapi.json" --checks all --mode all \
    --max-examples "${MAX_EXAMPLES:-100}" "${header[@]}" "$@" || failed=1
  stop_server
done
exit "$failed"
