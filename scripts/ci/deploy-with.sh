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
  set -- "$1" "$2" -e "srp_tag=$2" -e "srp_expected_commit=$2" -e "srp_image=$IMAGE"
  archive=$(release_value IMAGE_ARCHIVE)
  [ -z "$archive" ] || set -- "$@" -e "srp_image_archive=$(pwd)/$RELEASE/$archive"
  deploy_to=$1
  shift 2
  on_hosts ansible-playbook "$deploy_to" playbooks/deploy.yml "$@"
}

# deploy.yml takes a release back by itself on a host where it does not come up, and leaves the hosts after
# it alone. Only those that record the tag as their present one may go back: another would lose a good one.
rollback_with_ansible() {
  if [ -z "$2" ]; then
    on_hosts ansible-playbook "$1" playbooks/rollback.yml
    return
  fi
  # A host answers "release-at:NAME", in whatever format Ansible prints it; the two quotes keep the question
  # from looking like the answer. A host without a record has had no release.
  asked=0
  answers=$(on_hosts ansible "$1" srp -m ansible.builtin.shell -a \
    "if tr -d ' \n' < {{ srp_directory | default('/opt/secure-release-platform') }}/state.json | grep -q '\"current\":{[^}]*\"tag\":\"$2\"'; then echo release-\"\"at:{{ inventory_hostname }}; fi") || asked=$?
  printf '%s\n' "$answers"
  affected=$(printf '%s\n' "$answers" | sed -n 's/.*release-at:\([A-Za-z0-9_.-]*\).*/\1/p' | sort -u | paste -s -d , -)
  if [ -n "$affected" ]; then
    say "going back on $affected"
    on_hosts ansible-playbook "$1" playbooks/rollback.yml --limit "$affected"
  fi
  [ "$asked" -eq 0 ] || die 2 "not every host of $1 said which release it runs: exit code $asked"
  [ -n "$affected" ] || say "no host of $1 is at $2: nothing to undo"
}

# On the hosts themselves: the API listens on their 127.0.0.1 alone.
smoke_with_ansible() {
  smoke_script=$(pwd)/scripts/ci/smoke-test.sh
  on_hosts ansible "$1" srp -m ansible.builtin.script -a \
    "$smoke_script http://127.0.0.1:{{ srp_api_port | default(8000) }} $2"
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
  export COMPOSE_PROJECT_NAME API_PORT DB_PORT
}

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
  if [ -n "$archive" ]; then
    docker load --input "$RELEASE/$archive"
  elif ! docker image inspect "$IMAGE:$2" >/dev/null 2>&1; then
    docker pull "$IMAGE:$2"
  fi
  # Before anything changes: a deployment that fails from here on can be undone, one that failed earlier
  # has nothing to undo. The same release again keeps what is known to be older.
  current=$(remembered current)
  if [ "$current" != "$2" ]; then
    printf '%s\n' "$current" >"$state/previous"
    printf '%s\n' "$2" >"$state/current"
  fi
  start "$2" || die 1 "$2 does not start in $1"
}

rollback_with_compose() {
  compose_environment "$1"
  current=$(remembered current)
  if [ -n "$2" ] && [ "$current" != "$2" ]; then
    say "$1 is at ${current:-no release}, not at $2: nothing to undo"
    return 0
  fi
  previous=$(remembered previous)
  [ -n "$previous" ] || die 2 "$1 has no earlier release to go back to"
  docker image inspect "$IMAGE:$previous" >/dev/null 2>&1 || docker pull "$IMAGE:$previous" ||
    die 2 "the image $IMAGE:$previous is gone"
  start "$previous" || die 1 "$previous does not start in $1"
  printf '%s\n' "$previous" >"$state/current"
  rm -f "$state/previous"
  say "$1 is back at $previous"
}

smoke_with_compose() {
  compose_environment "$1"
  scripts/ci/smoke-test.sh "http://127.0.0.1:$API_PORT" "$2"
}
