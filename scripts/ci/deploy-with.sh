# shellcheck shell=sh
# The two ways to reach an environment. Sourced by deploy.sh, which documents the variables, by
# smoke-environment.sh and by rollback.sh.

DEPLOY_WITH=${DEPLOY_WITH:-ansible}
case $DEPLOY_WITH in
  ansible | compose) ;;
  *) die 2 "DEPLOY_WITH must be ansible or compose, but is $DEPLOY_WITH" ;;
esac

check_environment() {
  case $1 in
    staging | production) ;;
    *) die 2 "no environment '$1': staging or production" ;;
  esac
}

# --- Ansible -----------------------------------------------------------------------------------------

# on_hosts PROGRAM ENVIRONMENT ARGUMENTS...: in Ansible's folder, so that it finds its ansible.cfg.
on_hosts() {
  need "$1"
  hosts_program=$1
  hosts_inventory=${INVENTORIES:-inventories}/$2/hosts.yml
  shift 2
  (cd ansible && "$hosts_program" -i "$hosts_inventory" "$@")
}

deploy_with_ansible() {
  # As JSON: in KEY=value a blank, as in the path of a workspace, would end the value.
  deploy_tag=$(json_text "$2")
  variables="\"srp_tag\":$deploy_tag,\"srp_expected_commit\":$deploy_tag"
  variables="$variables,\"srp_image\":$(json_text "$IMAGE"),\"srp_run\":$(json_text "$(run_id)")"
  archive=$(release_value IMAGE_ARCHIVE)
  [ -z "$archive" ] ||
    variables="$variables,\"srp_image_archive\":$(json_text "$(pwd)/$RELEASE/$archive")"
  on_hosts ansible-playbook "$1" playbooks/deploy.yml -e "{$variables}"
}

# deploy.yml takes a release back by itself on a host where it does not come up, and leaves the hosts after
# it alone. A host goes back if it records an interrupted deployment of the tag, or the tag as its present
# one, brought by this run: another host would lose a good release.
rollback_with_ansible() {
  if [ -z "$2" ]; then
    on_hosts ansible-playbook "$1" playbooks/rollback.yml
    return
  fi
  # A host answers "release-at:NAME", in whatever format Ansible prints it; the two quotes keep the question
  # from looking like the answer. A host without a record has had no release.
  asked=0
  # A dot of the tag is a dot, not any character.
  with_tag="\"tag\":\"$(printf '%s' "$2" | sed 's/[.]/[.]/g')\""
  run=$(run_id)
  [ -z "$run" ] || run="\"run\":\"$(printf '%s' "$run" | sed 's/[.]/[.]/g')\""
  # Neither map holds another one, so it ends at the first brace.
  state="tr -d ' \n' < '{{ srp_directory | default('/opt/secure-release-platform') }}/state.json'"
  question="$state | grep -o '\"deploying\":{[^}]*}' | grep -q '$with_tag'"
  question="$question || $state | grep -o '\"current\":{[^}]*}' | grep '$with_tag' | grep -q '$run'"
  answers=$(on_hosts ansible "$1" srp -m ansible.builtin.shell -a \
    "if $question; then echo release-\"\"at:{{ inventory_hostname }}; fi") || asked=$?
  printf '%s\n' "$answers"
  affected=$(printf '%s\n' "$answers" | sed -n 's/.*release-at:\([A-Za-z0-9_.-]*\).*/\1/p' | sort -u | paste -s -d , -)
  if [ -n "$affected" ]; then
    say "going back on $affected"
    on_hosts ansible-playbook "$1" playbooks/rollback.yml --limit "$affected"
  fi
  [ "$asked" -eq 0 ] || die 2 "not every host of $1 said which release it runs: exit code $asked"
  [ -n "$affected" ] || say "no host of $1 has $2${run:+ from this run ($(run_id))}: nothing to undo"
}

# On the hosts themselves: the API listens on their 127.0.0.1 alone. As root, who may use Docker, for the token.
smoke_with_ansible() {
  # Quoted: the workspace's path may have blanks.
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
  # As with Ansible. Exported: whoever runs rollback.sh by hand must not open the API by forgetting it.
  AUTH_MODE=${AUTH_MODE:-token}
  export COMPOSE_PROJECT_NAME API_PORT DB_PORT AUTH_MODE
}

# The same record as Ansible's, a file for each value: deploying (tag of a deployment under way, or of an
# interrupted one), current, current-run (of the pipeline, empty by hand) and previous.
remembered() { cat "$state/$1" 2>/dev/null || true; }

# start TAG: replaces the container of the API, and waits for Docker's own health check.
start() {
  # docker-compose.yml has the short name; an image from a registry has a longer one.
  [ "$IMAGE" = secure-release-platform ] || docker tag "$IMAGE:$1" "secure-release-platform:$1" || return 1
  TAG=$1 compose up -d --no-build || return 1
  start_deadline=$(($(date +%s) + ${DEPLOY_WAIT:-120}))
  while :; do
    start_id=$(compose ps -q api)
    start_health=$(docker inspect -f '{{.State.Health.Status}}' "$start_id") || return 1
    [ "$start_health" != healthy ] || return 0
    if [ "$(date +%s)" -ge "$start_deadline" ]; then
      say "the container is $start_health after ${DEPLOY_WAIT:-120} s; its last lines:"
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
    # By digest: somebody may have moved the tag since the image was pushed.
    docker image inspect "$digest" >/dev/null 2>&1 || docker pull "$digest"
    docker tag "$digest" "$IMAGE:$2"
  elif ! docker image inspect "$IMAGE:$2" >/dev/null 2>&1; then
    docker pull "$IMAGE:$2"
  fi
  # Before anything changes: a deployment that fails from here on can be undone, one that failed earlier
  # has nothing to undo.
  printf '%s\n' "$2" >"$state/deploying"
  start "$2" || die 1 "$2 does not start in $1"
  current=$(remembered current)
  # The same release again keeps what is known to be older, and the run that brought it.
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
    # It never became the present one.
    previous=$current
  elif [ -n "$2" ] && [ "$current" != "$2" ]; then
    say "$1 is at ${current:-no release}, not at $2: nothing to undo"
    return 0
  elif [ -n "$2" ] && [ -n "$run" ] && [ "$(remembered current-run)" != "$run" ]; then
    say "$2 was brought to $1 by another run than $run: nothing to undo"
    return 0
  fi
  [ -n "$previous" ] || die 2 "$1 has no earlier release to go back to"
  docker image inspect "$IMAGE:$previous" >/dev/null 2>&1 || docker pull "$IMAGE:$previous" ||
    die 2 "the image $IMAGE:$previous is gone"
  start "$previous" || die 1 "$previous does not start in $1"
  if [ "$previous" != "$current" ]; then
    printf '%s\n' "$previous" >"$state/current"
    rm -f "$state/previous" "$state/current-run"
  fi
  rm -f "$state/deploying"
  say "$1 is back at $previous"
}

smoke_with_compose() {
  compose_environment "$1"
  scripts/ci/smoke-test.sh "http://127.0.0.1:$API_PORT" "$2" "${SMOKE_WAIT:-60}" "${SMOKE_TIMEOUT:-10}" \
    "$COMPOSE_PROJECT_NAME"
}
