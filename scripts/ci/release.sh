#!/bin/sh
# Tells the register about a version, uploads what the pipeline's tools wrote, and asks whether it may ship.
# For any CI: needs sh and curl, and works as a copy of its own in another repository. Running it again does no harm.
#
#   SRP_URL=https://releases.example.org SRP_TOKEN=… scripts/ci/release.sh \
#     --project 3 --version 1.4.0 --artifact shop=dist/shop.tar.gz \
#     --evidence unit=junit.xml --evidence sbom=sbom.json --evidence-as gitleaks secrets=gitleaks.json \
#     --environment production
#
# --help says the rest.
set -eu

usage() {
  cat <<'USAGE'
usage: release.sh --project ID --version VERSION [OPTION ...] (--environment NAME | --no-assert)

  --project ID                     number of the project in the register
  --version VERSION                of this release: a SemVer or an image tag
  --commit SHA                     that it was built from (git rev-parse HEAD)
  --branch NAME                    counts only when the release is new
  --artifact [NAME=]FILE           what was built, by its SHA-256; may be repeated
  --artifact-kind KIND             of the artifacts after it: archive, binary, npm … (archive)
  --evidence [LABEL=]FILE          a tool's report; the server tells what it is; may be repeated
  --evidence-as KIND [LABEL=]FILE  the same, of a kind that the content does not tell, such as gitleaks
  --about FILE                     the evidence after it is about this artifact; "release": about all of it
  --environment NAME               asks whether the release may go there
  --no-assert                      asks nothing: a later step of the pipeline does

With a label evidence replaces the one before of its kind and label: give one to each step that may run again.

Environment:
  SRP_URL      address of the register, such as https://releases.example.org
  SRP_TOKEN    token with releases:write, evidence:write and verdicts:read; none where the register asks for none
  SRP_TIMEOUT  seconds for one answer (120)
  SRP_RETRIES  how often to try again while there is no connection, or the answer is 429, 502 or 503 (3)

Exit code: 0 it may ship; 1 it may not, with the reasons, one a line; 2 it could not be asked. Reasons go to the
output, everything else to the error output.
USAGE
}

# Neither `sh -x` nor a list of processes shows the token: no trace here, and no variable that is handed on.
case $- in *x*) trace=-x ;; *) trace=+x ;; esac
{ set +x; } 2>/dev/null
token=${SRP_TOKEN:-}
unset SRP_TOKEN
# A line break would begin another header; a quote would end the text in curl's configuration.
case $token in *[!A-Za-z0-9._~+/=-]*) bad_token=1 ;; *) bad_token= ;; esac
set "$trace"

say() { printf '==> %s\n' "$*" >&2; }
die() {
  printf 'release.sh: %s\n' "$*" >&2
  exit 2
}

# value OPTION COUNT [VALUE]: an option at the end has none.
value() { if [ "$2" -lt 2 ] || [ -z "$3" ]; then die "$1 needs a value; see --help"; fi; }
TAB=$(printf '\t')
# on_one_line WHAT TEXT: control characters are not allowed anywhere, and the list of what to do has a line each.
on_one_line() {
  [ -z "$(printf '%s' "$2" | LC_ALL=C tr -dc '\000-\037\177' | od -An -tx1)" ] ||
    die "$1 has a line break or another control character in it"
}
number() { case $2 in '' | *[!0-9]*) die "$1 must be a whole number, but is '$2'" ;; esac; }

# split [NAME=]FILE: sets $name, "-" for none, and $file. Names of files may have "=" in them, too.
split() {
  name=- file=$1
  if [ ! -f "$1" ]; then
    case $1 in ?*=*) name=${1%%=*} file=${1#*=} ;; esac
  fi
  if [ ! -f "$file" ] || [ ! -r "$file" ]; then die "there is no file $file to read"; fi
}

digest() {
  if command -v sha256sum >/dev/null 2>&1; then sha256sum <"$1"; else shasum -a 256 <"$1"; fi | cut -c 1-64
}

work=$(mktemp -d) || exit 2
denied=''
# 1 means a denial, and nothing else that may break on the way.
trap 'code=$?; rm -rf "$work"; if [ "$code" -eq 1 ] && [ -z "$denied" ]; then exit 2; fi' EXIT
trap 'exit 2' HUP INT TERM
: >"$work/artifacts"
: >"$work/evidence"

project='' version='' commit='' branch='' environment='' no_assert='' kind=archive about=-
while [ "$#" -gt 0 ]; do
  case $1 in
    -h | --help) usage; exit 0 ;;
    --no-assert) no_assert=1; shift; continue ;;
  esac
  value "$1" "$#" "${2:-}"
  on_one_line "$1" "$2"
  case $1 in
    --project) project=$2 ;;
    --version) version=$2 ;;
    --commit) commit=$2 ;;
    --branch) branch=$2 ;;
    --environment) environment=$2 ;;
    --artifact-kind) kind=$2 ;;
    --artifact)
      split "$2"
      [ "$name" != - ] || name=$(basename -- "$file")
      printf '%s\t%s\t%s\n' "$kind" "$name" "$file" >>"$work/artifacts"
      ;;
    --about)
      about=-
      [ "$2" = release ] || { [ -f "$2" ] || die "there is no file $2 to read"; about=$(digest "$2"); }
      ;;
    --evidence)
      split "$2"
      printf -- '-\t%s\t%s\t%s\n' "$name" "$about" "$file" >>"$work/evidence"
      ;;
    --evidence-as)
      value "$1" "$(($# - 1))" "${3:-}"
      on_one_line "$1" "$3"
      split "$3"
      printf '%s\t%s\t%s\t%s\n' "$2" "$name" "$about" "$file" >>"$work/evidence"
      shift
      ;;
    *) die "there is no option $1; see --help" ;;
  esac
  shift 2
done

[ -z "$bad_token" ] || die 'SRP_TOKEN has a character that no token has'
command -v curl >/dev/null 2>&1 || die 'curl is not installed'
url=${SRP_URL:-}
url=${url%/}
case $url in http://?* | https://?*) ;; *) die "SRP_URL must be an http or https address, but is '$url'" ;; esac
timeout=${SRP_TIMEOUT:-120} retries=${SRP_RETRIES:-3}
number SRP_TIMEOUT "$timeout"
number SRP_RETRIES "$retries"
number --project "$project"
[ -n "$version" ] || die '--version is missing; see --help'
if [ -z "$environment" ] && [ -z "$no_assert" ]; then die 'name the --environment to ask about, or say --no-assert'; fi
[ -z "$environment" ] || [ -z "$no_assert" ] || die '--environment and --no-assert exclude each other'
[ -n "$commit" ] || commit=$(git rev-parse HEAD 2>/dev/null) || die 'no Git checkout here: give the --commit'

# --- HTTP --------------------------------------------------------------------------------------------

# encoded TEXT: as a part of an address.
encoded() {
  case $1 in
    *[!A-Za-z0-9._~-]*) printf '%s' "$1" | od -An -v -tx1 | tr -s ' \n' ' ' | sed 's/ $//; s/^ */ /; s/ /%/g' ;;
    *) printf '%s' "$1" ;;
  esac
}

# json_text TEXT: as a string of JSON; control characters were refused.
json_text() { printf '"%s"' "$(printf '%s' "$1" | sed 's/[\\"]/\\&/g')"; }

# strings KEY: the text, or the list of texts, that the answer has under this key, a line each. Inside of a text every
# quote has a backslash, so that no text can pass for a key. Escapes of control characters stay as they are: a terminal
# might obey them.
strings() {
  LC_ALL=C awk -v key="\"$1\":" '
    { text = text $0 }
    END {
      start = index(text, key)
      if (!start) exit
      text = substr(text, start + length(key))
      list = substr(text, 1, 1) == "["
      for (i = list ? 2 : 1; i <= length(text); i++) {
        c = substr(text, i, 1)
        if (!inside) {
          if (c == "\"") { inside = 1; line = "" } else if (c != ",") exit
        } else if (c == "\\") {
          c = substr(text, ++i, 1)
          line = line (c ~ /["\\\/]/ ? c : c ~ /[nrt]/ ? " " : "\\" c)
        } else if (c == "\"") {
          print line
          if (!list) exit
          inside = 0
        } else line = line c
      }
    }' "$work/body"
}

with_token() {
  { set +x; } 2>/dev/null
  # Not an argument: everybody on the host could read that.
  printf '%s' "${token:+header = \"authorization: Bearer $token\"}" | curl -q -K - --path-as-is "$@" 2>"$work/error"
  set -- "$?"
  set "$trace"
  return "$1"
}

# pause ATTEMPT: as long as the server asks for, up to 30 s; else 1, 2, 4 s …
pause() {
  wait=$(sed -n 's/^[Rr]etry-[Aa]fter: *\([0-9]\{1,6\}\)[^0-9]*$/\1/p' "$work/head" 2>/dev/null | tail -n 1)
  [ -n "$wait" ] || wait=$((1 << ($1 < 4 ? $1 : 4)))
  [ "$wait" -le 30 ] || wait=30
  say "$2; again in $wait s"
  sleep "$wait"
}

# ask METHOD PATH [ARGUMENTS OF CURL...]: sets $status; the answer is in $work/body. Redirections are not followed: they
# would take the token elsewhere.
ask() {
  method=$1 path=$2 attempt=0
  shift 2
  while :; do
    : >"$work/body"
    : >"$work/head"
    failed=0
    status=$(with_token -sS -g --proto =http,https --connect-timeout 10 --max-time "$timeout" -o "$work/body" \
      -D "$work/head" -w '%{http_code}' -X "$method" "$@" "$url$path") || failed=$?
    case $failed:$status in
      0:429 | 0:502 | 0:503) problem="answered $status" ;;
      0:*) return 0 ;;
      # No name, no connection, one that broke off. A timeout was long enough.
      5:* | 6:* | 7:* | 35:* | 52:* | 55:* | 56:*) problem=$(head -n 1 "$work/error") ;;
      *) die "$method $path: $(head -n 1 "$work/error")" ;;
    esac
    if [ "$attempt" -ge "$retries" ]; then
      [ "$failed" -ne 0 ] || return 0
      die "$method $path: $problem"
    fi
    pause "$attempt" "$method $path: $problem"
    attempt=$((attempt + 1))
  done
}

refused() {
  detail=$(strings detail)
  # A proxy's page is no problem of ours; its beginning may tell.
  [ -n "$detail" ] || detail=$(head -c 200 "$work/body" | LC_ALL=C tr -c '\040-\176' ' ')
  die "$method $path: $status: $detail"
}

# made: what was sent is there now, and it is our server that says so.
made() {
  case $status in 200 | 201) ;; *) refused ;; esac
  id=$(sed -n '1s/^{"id":"\([0-9a-f-]\{36\}\)".*/\1/p' "$work/body")
  [ -n "$id" ] || die "$method $path: $status, but not the answer of a register: is SRP_URL right?"
}

# --- What it does --------------------------------------------------------------------------------------

ask PUT "/projects/$project/releases/$(encoded "$version")" -H 'content-type: application/json' \
  --data-raw "{\"commit\":$(json_text "$commit")${branch:+,\"branch\":$(json_text "$branch")}}"
made
release=$id
say "release $version is $release"

# Redirected, not piped: a failure ends the script, not a shell of the loop's own.
while IFS=$TAB read -r kind name file; do
  sha256=$(digest "$file")
  ask POST "/releases/$release/artifacts" -H 'content-type: application/json' --data-raw \
    "{\"kind\":$(json_text "$kind"),\"name\":$(json_text "$name"),\"sha256\":\"$sha256\",\"size\":$(($(wc -c <"$file")))}"
  if [ "$status" = 409 ] && [ "$(strings code)" != artifact-exists ]; then
    # Sealed since the run before, perhaps: what is in it already needs no adding.
    cp "$work/body" "$work/refusal"
    ask GET "/artifacts/$sha256"
    if ! grep -qF "\"releaseId\":\"$release\"" "$work/body"; then
      cp "$work/refusal" "$work/body"
      method=POST path=/releases/$release/artifacts status=409
      refused
    fi
  elif [ "$status" != 409 ]; then
    made
  fi
  say "artifact $name: $sha256"
done <"$work/artifacts"

while IFS=$TAB read -r kind name about file; do
  query=
  [ "$kind" = - ] || query="&kind=$(encoded "$kind")"
  [ "$name" = - ] || query="$query&label=$(encoded "$name")"
  [ "$about" = - ] || query="$query&artifact=$about"
  # XML begins with "<", perhaps after a byte order mark.
  case $(head -c 200 "$file" | LC_ALL=C tr -d '\357\273\277 \t\r\n' | cut -c 1) in
    '<') type=application/xml ;;
    *) type=application/json ;;
  esac
  # `Expect` would cost a second where a proxy does not know it.
  ask POST "/releases/$release/evidence${query:+?${query#&}}" -H "content-type: $type" -H 'expect:' \
    --data-binary "@$file"
  made
  say "evidence $file: $(strings kind), $id"
done <"$work/evidence"

if [ -n "$no_assert" ]; then
  say 'not asked whether it may ship: --no-assert'
  exit 0
fi

ask GET "/assert?release=$release&environment=$(encoded "$environment")"
case $status in
  200)
    # A page that some proxy serves for everything must not let a release pass.
    case $(head -c 20 "$work/body") in '{"decision":"allow",'*) ;; *) die "$method $path: 200, but no decision" ;; esac
    say "allowed: $version may go to $environment"
    ;;
  409)
    [ "$(strings code)" = release-denied ] || refused
    say "denied: $version may not go to $environment"
    strings reasons
    denied=1
    exit 1
    ;;
  *) refused ;;
esac
