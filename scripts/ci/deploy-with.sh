# shellcheck shell=sh
# The two ways to reach an environment: Ansible and Compose. deploy.sh (which documents the variables),
# smoke-environment.sh and rollback.sh source this file.

DEPLOY_WITH=${DEPLOY_WITH:-ansible}
case $DEPLOY_WITH in
  ansible | compose) ;;
  *) die 2 "DEPLOY_WITH must be ansible or compose, not $DEPLOY_WITH" ;;
esac

check_environment() {
  case $1 in
    staging | production) ;;
    *) die 2 "unknown environment '$1'. Use staging or production" ;;
  esac
}

# --- Ansible -----------------------------------------------------------------------------------------

# on_hosts PROGRAM ENVIRONMENT ARGUMENTS...: runs in Ansible's folder, so that Ansible finds its ansible.cfg.
on_hosts() {
  need "$1"
  hosts_program=$1
  hosts_inventory=${INVENTORIES:-inventories}/$2/hosts.yml
  shift 2
  (cd ansible && "$hosts_program" -i "$hosts_inventory" "$@")
}

deploy_with_ansible() {
  # As JSON, because in KEY=value a space (in the path of a workspace) would end the value.
  deploy_tag=$(json_text "$2")
  variables="\"srp_tag\":$deploy_tag,\"srp_expected_commit\":$deploy_tag"
  variables="$variables,\"srp_image\":$(json_text "$IMAGE"),\"srp_run\":$(json_text "$(run_id)")"
  archive=$(release_value IMAGE_ARCHIVE)
  [ -z "$archive" ] ||
    variables="$variables,\"srp_image_archive\":$(json_text "$(pwd)/$RELEASE/$archive")"
  on_hosts ansible-playbook "$1" playbooks/deploy.yml -e "{$variables}"
}

# If a release does not start on a host, deploy.yml rolls that host back and does not touch the following hosts.
# This function rolls back a host only if it records an interrupted deployment of the tag, or if the tag is its
# current release and this run deployed it. Any other host would lose a good release.
rollback_with_ansible() {
  if [ -z "$2" ]; then
    on_hosts ansible-playbook "$1" playbooks/rollback.yml
    return
  fi
  # A host answers "release-at:NAME" in the format that Ansible prints. The two quotes keep the question from
  # matching the answer. A host without a record has never had a release.
  asked=0
  # A dot in the tag must match only a dot.
  with_tag="\"tag\":\"$(printf '%s' "$2" | sed 's/[.]/[.]/g')\""
  run=$(run_id)
  [ -z "$run" ] || run="\"run\":\"$(printf '%s' "$run" | sed 's/[.]/[.]/g')\""
  # Neither map contains another map, so each ends at the first brace.
  state="tr -d ' \n' < '{{ srp_directory | default('/opt/secure-release-platform') }}/state.json'"
  question="$state | grep -o '\"deploying\":{[^}]*}' | grep -q '$with_tag'"
  question="$question || $state | grep -o '\"current\":{[^}]*}' | grep '$with_tag' | grep -q '$run'"
  answers=$(on_hosts ansible "$1" srp -m ansible.builtin.shell -a \
    "if $question; then echo release-\"\"at:{{ inventory_hostname }}; fi") || asked=$?
  printf '%s\n' "$answers"
  affected=$(printf '%s\n' "$answers" | sed -n 's/.*release-at:\([A-Za-z0-9_.-]*\).*/\1/p' | sort -u | paste -s -d , -)
  if [ -n "$affected" ]; then
    say "rolling back on $affected"
    on_hosts ansible-playbook "$1" playbooks/rollback.yml --limit "$affected"
  fi
  [ "$asked" -eq 0 ] || die 2 "not every host of $1 reported its release (exit code $asked)"
  [ -n "$affected" ] || say "no host of $1 has $2${run:+ from this run ($(run_id))}: nothing to undo"
}

# Runs on the hosts, because the API listens only on their 127.0.0.1. Runs as root, which may use Docker to create
# the token.
smoke_with_ansible() {
  # Quoted, because the workspace's path can contain spaces.
  smoke_script=$(pwd)/scripts/ci/smoke-test.sh
  on_hosts ansible "$1" srp --become -m ansible.builtin.script -a \
    "'$smoke_script' http://127.0.0.1:{{ srp_api_port | default(8000) }} $2 ${SMOKE_WAIT:-60} ${SMOKE_TIMEOUT:-10} {{
      srp_compose_project | default('secure-release-platform') }}"
}

# --- Compose, on this host ---------------------------------------------------------------------------

compose_environment() {
  need docker
  state=${DEPLOY_STATE:-$HOME/.local/state/secure-release-platform}/$1
  mkdir -p "$state"
  COMPOSE_PROJECT_NAME=srp-$1
  case $1 in
    staging)
      API_PORT=${API_PORT:-8000} DB_PORT=${DB_PORT:-5432}
      ;;
    production)
      API_PORT=${API_PORT:-8001} DB_PORT=${DB_PORT:-5433}
      [ -n "${POSTGRES_PASSWORD:-}" ] || die 2 'POSTGRES_PASSWORD must be set for production'
      ;;
  esac
  # The same default as with Ansible. Exported, so that a rollback.sh by hand does not open the API by accident.
  AUTH_MODE=${AUTH_MODE:-token}
  export COMPOSE_PROJECT_NAME API_PORT DB_PORT AUTH_MODE
}

# The same record as with Ansible, one file per value: deploying (tag of a running or interrupted deployment),
# current, current-run (id of the pipeline run; empty outside of a pipeline) and previous.
remembered() { cat "$state/$1" 2>/dev/null || true; }

# start TAG: replaces the container of the API, and waits for Docker's health check.
start() {
  # docker-compose.yml uses the short name. An image from a registry has a longer one.
  [ "$IMAGE" = secure-release-platform ] || docker tag "$IMAGE:$1" "secure-release-platform:$1" || return 1
  TAG=$1 compose up -d --no-build || return 1
  start_deadline=$(($(date +%s) + ${DEPLOY_WAIT:-120}))
  while :; do
    start_id=$(compose ps -q api)
    start_health=$(docker inspect -f '{{.State.Health.Status}}' "$start_id") || return 1
    [ "$start_health" != healthy ] || return 0
    if [ "$(date +%s)" -ge "$start_deadline" ]; then
      say "the container is $start_health after ${DEPLOY_WAIT:-120} s; the end of its log:"
      docker logs --tail 20 "$start_id" >&2
      return 1
    fi
    sleep 1
  done
}

deploy_with_compose() {
  compose_environment "$1"
  archive=$(release_value IMAGE_ARCHIVE)
  digest=$(release_value IMAGE_DIGEST)
  if [ -n "$archive" ]; then
    docker load --input "$RELEASE/$archive"
  elif [ -n "$digest" ]; then
    # By digest, because the tag may have been moved since the push.
    docker image inspect "$digest" >/dev/null 2>&1 || docker pull "$digest"
    docker tag "$digest" "$IMAGE:$2"
  elif ! docker image inspect "$IMAGE:$2" >/dev/null 2>&1; then
    docker pull "$IMAGE:$2"
  fi
  # Recorded before anything changes: a deployment that fails after this point can be undone, and one that failed
  # earlier has nothing to undo.
  printf '%s\n' "$2" >"$state/deploying"
  start "$2" || die 1 "$2 does not start in $1"
  current=$(remembered current)
  # Deploying the same release again keeps the record of the previous release and of the run.
  if [ "$current" != "$2" ]; then
    printf '%s\n' "$current" >"$state/previous"
    run_id >"$state/current-run"
    printf '%s\n' "$2" >"$state/current"
  fi
  rm -f "$state/deploying"
}

rollback_with_compose() {
  compose_environment "$1"
  current=$(remembered current)
  deploying=$(remembered deploying)
  run=$(run_id)
  previous=$(remembered previous)
  if [ -n "$deploying" ] && [ "$deploying" = "${2:-$deploying}" ]; then
    # The interrupted release never became current.
    previous=$current
  elif [ -n "$2" ] && [ "$current" != "$2" ]; then
    say "$1 runs ${current:-no release}, not $2: nothing to undo"
    return 0
  elif [ -n "$2" ] && [ -n "$run" ] && [ "$(remembered current-run)" != "$run" ]; then
    say "another run than $run deployed $2 to $1: nothing to undo"
    return 0
  fi
  [ -n "$previous" ] || die 2 "$1 has no previous release to roll back to"
  docker image inspect "$IMAGE:$previous" >/dev/null 2>&1 || docker pull "$IMAGE:$previous" ||
    die 2 "image $IMAGE:$previous does not exist any more"
  start "$previous" || die 1 "$previous does not start in $1"
  if [ "$previous" != "$current" ]; then
    printf '%s\n' "$previous" >"$state/current"
    rm -f "$state/previous" "$state/current-run"
  fi
  rm -f "$state/deploying"
  say "$1 runs $previous again"
}

smoke_with_compose() {
  compose_environment "$1"
  scripts/ci/smoke-test.sh "http://127.0.0.1:$API_PORT" "$2" "${SMOKE_WAIT:-60}" "${SMOKE_TIMEOUT:-10}" \
    "$COMPOSE_PROJECT_NAME"
}
