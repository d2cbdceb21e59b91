#!/usr/bin/env bash
# Checks the playbooks: syntax, ansible-lint, yamllint. With a target, it also deploys there and checks the promises
# of docs/deployment.md: files and modes, versions, a second run without changes, automatic rollback of a version that
# does not start, rollback of an interrupted deployment, rollback, restore.
#
#   scripts/check-ansible.sh                  # checks only the files
#   TARGET_INVENTORY=… TARGET_ARCHIVE=… TARGET_TAG=… TARGET_MAY_BE_ERASED=yes scripts/check-ansible.sh
#
# Needs `pip install -r ansible/requirements.txt`. Environment, all optional:
#   TARGET_INVENTORY      inventory with ONE host in the group srp; the host needs Docker and curl
#   TARGET_ARCHIVE        archive of the image: docker save secure-release-platform:TAG > FILE
#   TARGET_TAG            the TAG of that image
#   TARGET_MAY_BE_ERASED  "yes": delete the deployment on that host and its database, before and after the checks
# The output of ansible-playbook goes to a folder, which is kept if a check fails.
set -euo pipefail
cd "$(dirname "$0")/.."
export ANSIBLE_CONFIG=$PWD/ansible/ansible.cfg ANSIBLE_NOCOLOR=1

work=$(mktemp -d)
pass() { printf 'ok    %s\n' "$*"; }
note() { printf '      %s\n' "$*"; }
fail() {
  printf 'FAIL  %s\n      output: %s\n' "$*" "$work" >&2
  exit 1
}
# check DESCRIPTION COMMAND...
check() {
  local what=$1
  shift
  if "$@" >"$work/check" 2>&1; then pass "$what"; else
    cat "$work/check" >&2
    fail "$what"
  fi
}
# same DESCRIPTION EXPECTED ACTUAL
same() { if [ "$2" = "$3" ]; then pass "$1"; else fail "$1: expected '$2', got '$3'"; fi; }
not() { ! "$@"; }

check_files() {
  local file
  # A copy without vault.yml, because these checks do not need its password.
  mkdir "$work/inventories"
  cp -R ansible/inventories/. "$work/inventories"
  rm -f "$work"/inventories/*/group_vars/all/vault.yml
  for file in "$work"/inventories/*/hosts.yml; do
    check "inventory $(basename "$(dirname "$file")")" ansible-inventory -i "$file" --list
    for playbook in ansible/playbooks/*.yml; do
      check "syntax of $playbook for $(basename "$(dirname "$file")")" \
        ansible-playbook -i "$file" --syntax-check "$playbook"
    done
  done
  check ansible-lint ansible-lint --offline ansible
  check yamllint yamllint --strict \
    -d '{extends: default, ignore: [vault.yml], rules: {line-length: {max: 130}, braces: {max-spaces-inside: 1}, comments: {min-spaces-from-content: 1}, comments-indentation: disable, octal-values: {forbid-implicit-octal: true, forbid-explicit-octal: true}}}' \
    ansible .ansible-lint
  check 'no tag "latest" in an inventory' not grep -rnE ':latest|srp_tag: *"?latest' ansible/inventories
  for file in ansible/inventories/*/group_vars/all/vault.yml; do
    # shellcheck disable=SC2016 # the dollar sign belongs to the header
    [ ! -e "$file" ] || check "$file is encrypted" grep -q '^\$ANSIBLE_VAULT;' "$file"
  done
}

# play NAME EXPECTED_STATUS PLAYBOOK ARGUMENT...: writes the output to $work/NAME.
play() {
  local name=$1 expected=$2 playbook=$3 status=0
  shift 3
  log=$work/$name
  ansible-playbook -i "$TARGET_INVENTORY" "ansible/playbooks/$playbook.yml" "$@" >"$log" 2>&1 || status=$?
  if [ "$expected" = 0 ] && [ "$status" != 0 ] || [ "$expected" != 0 ] && [ "$status" = 0 ]; then
    tail -40 "$log" >&2
    fail "$name: $playbook.yml ended with $status"
  fi
  note "$((SECONDS / 60))m$((SECONDS % 60))s $name: $(grep -E 'ok=[0-9]+ +changed=' "$log" | tr -s ' ')"
}
# Keeps all dumps, because the restore uses the first one.
deploy() {
  play "$1" "$2" deploy -e "srp_tag=$3" -e srp_image=secure-release-platform -e srp_backups_keep=50 "${@:4}"
}
# said TEXT: whether the output of the last play contains the text.
said() { tr -s ' \n' ' ' <"$log" | grep -qF -- "$1"; }
unchanged() { grep -qE 'changed=0 .*failed=0' "$log"; }

# remote COMMAND: runs the command on the target, as root, in a shell.
remote() {
  ansible -i "$TARGET_INVENTORY" srp -b -m ansible.builtin.shell -a "$1" >"$work/remote" 2>&1 \
    || { cat "$work/remote" >&2; return 1; }
  tail -n +2 "$work/remote"
}
token=
# With --fail, because a refusal does not count as an answer here.
api() {
  remote "curl -sS --fail --max-time 10 -H 'authorization: Bearer $token' http://127.0.0.1:$port$1"
}
# Without a token.
anybody() { remote "curl -s -o /dev/null -w '%{http_code}' --max-time 10 http://127.0.0.1:$port/projects"; }
field() { python3 -c 'import json,sys; v=json.load(sys.stdin)
for k in sys.argv[1].split("."): v=(v or {}).get(k)
print(v)' "$1"; }
running_commit() { api /version | field commit; }
state() { remote "cat $dir/state.json" | field "$1"; }
# The value of a variable for the target, from any file of the inventory.
variable() {
  ansible -i "$TARGET_INVENTORY" srp -m ansible.builtin.debug -a "msg={{ $1 | default('$2') }}" \
    | sed -n 's/.*"msg": "\(.*\)".*/\1/p; s/^ *msg: //p' | head -1
}

erase() {
  remote "docker ps -aq --filter label=com.docker.compose.project=$project | xargs -r docker rm -fv
    docker volume rm -f ${project}_postgres_data
    docker network rm ${project}_app-network || true
    rm -rf $dir" >/dev/null
}

# Builds versions from the one in the archive: one with another commit and one more migration, one that does not
# start, one that answers but never becomes ready, and one that serves anyone, like versions older than AUTH_MODE.
make_versions() {
  local base=secure-release-platform:$TARGET_TAG
  cat >"$work/newer" <<EOF
FROM $base
USER root
RUN node -e "const fs = require('fs'), f = 'dist/build-info.json'; fs.writeFileSync(f, JSON.stringify({ ...JSON.parse(fs.readFileSync(f)), commit: '$COMMIT_B' }))" \
 && mkdir prisma/migrations/20990101000000_check \
 && echo 'ALTER TABLE projects ADD COLUMN check_only text;' > prisma/migrations/20990101000000_check/migration.sql \
 && chmod -R a+rX prisma/migrations
USER node
LABEL org.opencontainers.image.revision=$COMMIT_B
EOF
  # shellcheck disable=SC2016 # JavaScript's quotes
  printf 'FROM %s\nCMD ["node", "-e", "console.error(`broken on purpose`); process.exit(1)"]\n' "$base" >"$work/broken"
  # shellcheck disable=SC2016
  printf 'FROM %s\nCMD ["node", "-e", "%s"]\n' "$base" \
    'require(`http`).createServer((q, a) => { a.statusCode = q.url === `/health` ? 200 : 503; a.end() }).listen(8000, `0.0.0.0`)' \
    >"$work/unready"
  printf 'FROM %s\nCMD ["sh", "-c", "AUTH_MODE=none exec node dist/server.js"]\n' "$base" >"$work/open"
  for version in newer broken unready open; do
    remote "echo $(base64 -w0 <"$work/$version") | base64 -d | docker build -q -t secure-release-platform:check-$version -" >/dev/null
  done
}

check_preflight() {
  deploy no-tag 1 ''
  check 'a deployment without a tag is refused' said 'Name the version to deploy'
  deploy tag-latest 1 latest
  check 'the tag latest is refused' said '"latest" is not allowed'
  deploy placeholder 1 "$TARGET_TAG" -e srp_postgres_password=change-me
  check 'the placeholder password is refused' said 'still the placeholder'
  deploy two-modes 1 "$TARGET_TAG" -e '{"srp_environment": {"AUTH_MODE": "none"}}'
  check 'AUTH_MODE in srp_environment is refused' said 'To set AUTH_MODE, use srp_auth_mode'
  deploy unknown-mode 1 "$TARGET_TAG" -e srp_auth_mode=tokens
  check 'an unknown srp_auth_mode is refused' said 'value of srp_auth_mode must be one of: token, none'
  check 'a refused deployment leaves nothing behind' remote "! test -e $dir"
  play rollback-of-nothing 1 rollback
  check 'a rollback on a new host reports that there is no version' said 'there is nothing to roll back to'
}

check_first_deployment() {
  remote "docker image rm -f secure-release-platform:$TARGET_TAG || true" >/dev/null
  deploy dry-run-new-host 0 "$TARGET_TAG" -e "srp_image_archive=$TARGET_ARCHIVE" --check
  check 'a dry run on a new host reports what it would do' said "Would deploy secure-release-platform:$TARGET_TAG"
  check '... and does nothing' remote "! test -e $dir"
  deploy first 0 "$TARGET_TAG" -e "srp_image_archive=$TARGET_ARCHIVE" -e srp_run=run-1
  same 'the API is ready' '{"status":"ready"}' "$(api /health/ready)"
  same 'callers need a token' 401 "$(anybody)"
  check '... and the play reports it' said 'callers need a token'
  check '... and how to create the first token' said 'exec -T api node dist/token.js create --name'
  token=$(remote "cd $dir && $compose exec -T api node dist/token.js create --name check --subject check-ansible --scopes all \
    2>/dev/null")
  same 'that command creates a token that the API accepts' '[]' "$(api /projects)"
  commit_a=$(running_commit)
  note "running commit: $commit_a"
  same 'the record names the version' "$TARGET_TAG" "$(state current.tag)"
  same '... the run that deployed it, and no previous version' 'run-1 {} None' \
    "$(state current.run) $(state previous) $(state deploying)"
  same 'owners and modes' '.env 600 root
backups 700 root
docker-compose.override.yml 600 root
docker-compose.yml 644 root
releases 700 root
state.json 644 root' "$(remote "cd $dir && stat -c '%n %a %U' .env backups docker-compose.override.yml docker-compose.yml releases state.json")"
  same 'API and database are published on 127.0.0.1 only' '127.0.0.1' \
    "$(remote "for c in \$(docker ps -q --filter label=com.docker.compose.project=$project); do docker port \$c; done" \
      | sed 's/.*-> //; s/:[0-9]*$//' | sort -u)"
  check 'the archive was removed from the host' remote '! ls -d /var/tmp/srp-image-*'
  deploy second 0 "$TARGET_TAG" -e "srp_image_archive=$TARGET_ARCHIVE" -e srp_run=run-2
  check 'a second run changes nothing' unchanged
  check '... and no longer reports how to create a token' not said 'dist/token.js create'
  same '... and does not record the run as a deployment' run-1 "$(state current.run)"
  deploy dry-run 0 "$TARGET_TAG" --check --diff
  check 'a dry run of the same version changes nothing' unchanged
  same 'no dump yet, because there was nothing to save' 0 "$(remote "ls $dir/backups | wc -l")"
}

check_update() {
  api "/projects -H 'content-type: application/json' -d '{\"name\":\"Before the update\"}'" >/dev/null
  deploy build-of-another-commit 1 check-newer -e srp_image_source=build
  check 'an image of another commit is not accepted as a build of this commit' said "it was built from commit $COMMIT_B"
  deploy dry-run-update 0 check-newer --check --diff
  check 'a dry run of another version reports the tags' said "tag $TARGET_TAG -> check-newer"
  same '... and does nothing' "$commit_a" "$(running_commit)"
  deploy update 0 check-newer
  same 'the new version runs' "$COMMIT_B" "$(running_commit)"
  same 'the record names it' check-newer "$(state current.tag)"
  same '... and the previous version' "$TARGET_TAG" "$(state previous.tag)"
  dump=$(remote "ls $dir/backups")
  check 'a dump from before it exists' test "${dump#*_}" = before-check-newer.dump
  same '... readable by root only' 600 "$(remote "stat -c %a $dir/backups/$dump")"
  # shellcheck disable=SC2016 # expands on the target
  check '... made before the migration' remote 'c=$(docker ps -q --filter label=com.docker.compose.service=db --filter label=com.docker.compose.project='"$project"')
    docker exec -i $c pg_restore -f - < '"$dir/backups/$dump"' > /var/tmp/srp-check.sql
    grep -q "Before the update" /var/tmp/srp-check.sql && ! grep -q check_only /var/tmp/srp-check.sql; s=$?; rm /var/tmp/srp-check.sql; exit $s'
  # shellcheck disable=SC2016 # must arrive unexpanded
  deploy settings 0 check-newer -e '{"srp_environment": {"LOG_LEVEL": "debug", "CHECK_DOLLAR": "a$b ${C}", "CHECK_BOOL": true}}'
  check 'changed settings are a reason to deploy' said 'srp_environment'
  same '... reach the container unchanged' "a\$b \${C} true debug" \
    "$(remote "docker exec \$(docker ps -q --filter label=com.docker.compose.service=api --filter label=com.docker.compose.project=$project) node -p '[\"CHECK_DOLLAR\",\"CHECK_BOOL\",\"LOG_LEVEL\"].map((n) => process.env[n]).join(\" \")'")"
  same '... and do not change the previous version' "$TARGET_TAG" "$(state previous.tag)"
  deploy settings-back 0 check-newer -e srp_auth_mode=none
  check 'so is srp_auth_mode' said '.env (password, ports, srp_auth_mode) differs'
  same '... which lets anyone in' 200 "$(anybody)"
  check '... and the play reports it' said 'ANYONE who reaches its port may change everything'
  deploy mode-back 0 check-newer
  same '... and no one again' 401 "$(anybody)"
}

check_way_back() {
  local before version
  before=$(remote "cat $dir/state.json $dir/.env $dir/docker-compose.override.yml | sha256sum")
  for version in broken unready open; do
    deploy "$version" 1 "check-$version" -e srp_ready_timeout=16
    check "check-$version: the play fails and reports what runs" \
      said "secure-release-platform:check-newer runs there again and is ready"
    same '... and it does' "$COMMIT_B" "$(running_commit)"
    same '... ready' '{"status":"ready"}' "$(api /health/ready)"
    same '... with the previous record and settings' "$before" \
      "$(remote "cat $dir/state.json $dir/.env $dir/docker-compose.override.yml | sha256sum")"
  done
  check 'a version that lets anyone in is rolled back' said 'srp_auth_mode is token, but'
  same '... and no one gets in' 401 "$(anybody)"
  # This represents any reason why pg_dump can fail.
  deploy dump-fails 1 check-broken -e srp_database_user=nobody
  check 'without a dump, the new version is not deployed' said 'runs there again and is ready'
  check '... and no incomplete dump remains' remote "! ls $dir/backups/*.partial"
  deploy wrong-commit 1 "$TARGET_TAG" -e srp_expected_commit=ffffffffffffffffffffffffffffffffffffffff
  check 'a version other than the expected one is rolled back' said 'runs there again and is ready'
  deploy wrong-settings 1 check-newer -e '{"srp_environment": {"EVIDENCE_WORKERS": "some"}}' -e srp_ready_timeout=16
  check 'settings that do not work are rolled back' said 'runs there again and is ready'
  check '... and the server runs with the old ones' api /projects
  deploy after-failures 0 check-newer
  check 'a later run changes nothing' unchanged
}

# A deployment whose machine fails while it waits for the new version.
check_interruption() {
  local player
  deploying() { ansible-playbook -i "$TARGET_INVENTORY" ansible/playbooks/deploy.yml -e srp_tag=check-unready \
    -e srp_image=secure-release-platform -e srp_backups_keep=50 -e srp_ready_timeout=90 -e srp_run=run-3 >"$work/interrupted" 2>&1; }
  rm -f "$work/interrupted"
  # A separate process group, to end all of it at the same time.
  set -m
  deploying &
  player=$!
  set +m
  for _ in {1..60}; do
    if grep -q 'Note when the wait ends' "$work/interrupted" 2>/dev/null; then break; fi
    sleep 1
  done
  kill -KILL -- "-$player"
  wait "$player" 2>/dev/null || true
  same 'an interrupted deployment leaves its mark' 'check-unready run-3 check-newer' \
    "$(state deploying.tag) $(state deploying.run) $(state current.tag)"
  if [ "$1" = unmarked ]; then
    remote "sed -i 's/\"deploying\"/\"ignored\"/' $dir/state.json" >/dev/null
    play repair 0 rollback -e srp_rollback_tag=check-newer
  else
    play rollback-after-interruption 0 rollback
  fi
  same "... and a rollback ($1) goes to the last good version" "$COMMIT_B" "$(running_commit)"
  same '... with the previous record' "check-newer $TARGET_TAG None None" \
    "$(state current.tag) $(state previous.tag) $(state deploying) $(state rolled_back)"
}

check_rollback() {
  play rollback-dry-run 0 rollback --check
  same 'a dry run of the rollback does nothing' "$COMMIT_B" "$(running_commit)"
  play rollback 0 rollback
  check 'the rollback explains migrations' said 'Migrations are not reversed'
  same 'the previous version runs' "$commit_a" "$(running_commit)"
  same 'it is ready on the newer schema' '{"status":"ready"}' "$(api /health/ready)"
  same 'the record names it, and the version that was rolled back' "$TARGET_TAG {} check-newer" \
    "$(state current.tag) $(state previous) $(state rolled_back.tag)"
  play rollback-twice 1 rollback
  check 'a second rollback does not return to the newer version' said 'To deploy it again, use -e srp_rollback_tag=check-newer'
  play rollback-named 0 rollback -e "srp_rollback_tag=$TARGET_TAG"
  check 'a rollback to the running version changes nothing' unchanged
  play rollback-unknown 1 rollback -e srp_rollback_tag=never-seen
  check 'a version that was never deployed here is refused' said 'was never deployed successfully'
  deploy open-on-purpose 0 check-open -e srp_auth_mode=none
  deploy newer-again 0 check-newer
  play rollback-open 0 rollback
  check 'a rollback to a version without authentication works, and reports the consequence' \
    said 'ANYONE who reaches its port may change everything'
  same '... which is true' 200 "$(anybody)"
  deploy closed-again 0 "$TARGET_TAG"
}

check_restore() {
  api "/projects -H 'content-type: application/json' -d '{\"name\":\"After the dump\"}'" >/dev/null
  play restore-unconfirmed 1 rollback -e "srp_rollback_tag=$TARGET_TAG" -e "srp_restore_dump=$dump"
  check 'a restore without the confirmation is refused' said 'srp_restore_confirm=overwrite'
  check '... and leaves the data' grep -q 'After the dump' <(api /projects)
  play restore-nothing 1 rollback -e "srp_rollback_tag=$TARGET_TAG" -e srp_restore_dump=none.dump -e srp_restore_confirm=overwrite
  check 'a dump that does not exist is refused' said 'the file DOES NOT EXIST'
  remote "echo no dump > $dir/backups/bad.dump" >/dev/null
  play restore-bad 1 rollback -e "srp_rollback_tag=$TARGET_TAG" -e srp_restore_dump=bad.dump -e srp_restore_confirm=overwrite
  check 'a restore of an unreadable dump is rolled back' said 'runs there again and is ready'
  check '... and leaves the data' grep -q 'After the dump' <(api /projects)
  remote "rm $dir/backups/bad.dump" >/dev/null
  play restore 0 rollback -e "srp_rollback_tag=$TARGET_TAG" -e "srp_restore_dump=$dump" -e srp_restore_confirm=overwrite
  api /projects >"$work/projects"
  check 'the data of the dump is back' grep -q 'Before the update' "$work/projects"
  check '... and nothing later' not grep -q 'After the dump' "$work/projects"
  # shellcheck disable=SC2016 # expands on the target
  same 'the replaced database is removed' 'postgres secure_release_db' \
    "$(remote 'docker exec $(docker ps -q --filter label=com.docker.compose.service=db --filter label=com.docker.compose.project='"$project"') \
      psql -U postgres -Atc "SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1"' | xargs)"
  check 'the replaced data was dumped first' remote "ls $dir/backups/*_before-restore.dump"
  deploy update-again 0 check-newer -e srp_backups_keep=2
  same 'the newer version migrates the restored database' "$COMMIT_B" "$(running_commit)"
  same 'old dumps are removed' 2 "$(remote "ls $dir/backups | wc -l")"
}

check_failed_first_deployment() {
  erase
  deploy first-broken 1 check-broken -e srp_ready_timeout=10
  check 'a failed first deployment reports that there is no version to roll back to' said 'This is the first deployment there'
  check '... records nothing' remote "! test -e $dir/state.json"
  same '... and leaves no API that restarts endlessly' 0 \
    "$(remote "docker ps -aq --filter label=com.docker.compose.service=api --filter label=com.docker.compose.project=$project | wc -l")"
  deploy first-repaired 0 "$TARGET_TAG"
  same 'the next one works' "$commit_a" "$(running_commit)"
  check '... after a dump of the existing database' remote "ls $dir/backups/*_before-$TARGET_TAG.dump"
}

check_files
if [ -z "${TARGET_INVENTORY:-}" ]; then
  rm -rf "$work"
  echo 'all checks of the files passed. To check a deployment, set TARGET_INVENTORY'
  exit
fi

: "${TARGET_ARCHIVE:?the archive of an image}" "${TARGET_TAG:?the tag of the image in it}"
[ "${TARGET_MAY_BE_ERASED:-}" = yes ] || { echo 'these checks delete the deployment on the target. To allow it, set TARGET_MAY_BE_ERASED=yes' >&2; exit 2; }
TARGET_ARCHIVE=$(realpath "$TARGET_ARCHIVE")
COMMIT_B=bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
dir=$(variable srp_directory /opt/secure-release-platform)
project=$(variable srp_compose_project secure-release-platform)
port=$(variable srp_api_port 8000)
compose=$(variable "srp_compose_command | default(['docker', 'compose']) | join(' ')" '')
password=$(variable srp_postgres_password '')
[ -n "$password" ] || fail 'the inventory has no srp_postgres_password'
same 'the inventory has one host' 1 "$(ansible -i "$TARGET_INVENTORY" srp --list-hosts | tail -n +2 | wc -l)"

erase
check_preflight
check_first_deployment
make_versions
check_update
check_way_back
check_interruption marked
check_interruption unmarked
check_rollback
check_restore
check_failed_first_deployment
rm -f "$work/check" "$work/remote"
check 'the password is in no output' not grep -rqF -- "$password" "$work"
erase
remote 'docker image rm -f secure-release-platform:check-newer secure-release-platform:check-broken secure-release-platform:check-unready \
  secure-release-platform:check-open' >/dev/null
rm -rf "$work"
echo 'all checks passed'
