#!/bin/sh
# Registers a version, uploads the reports of the pipeline's tools, and asks whether the version may ship.
# For any CI: it needs sh and curl, works as a copy in another repository, and can be run again safely.
#
#   SRP_URL=https://releases.example.org SRP_TOKEN=… scripts/ci/release.sh \
#     --project 3 --version 1.4.0 --artifact shop=dist/shop.tar.gz \
#     --evidence unit=junit.xml --evidence sbom=sbom.json --evidence-as gitleaks secrets=gitleaks.json \
#     --environment production
#
# --help lists all options.
set -eu

usage() {
  cat <<'USAGE'
usage: release.sh --project ID --version VERSION [OPTION ...] (--environment NAME | --no-assert)

  --project ID                     id of the project
  --version VERSION                version of the release: a SemVer or an image tag
  --commit SHA                     commit that it was built from (default: git rev-parse HEAD)
  --branch NAME                    branch; used only if the release is new
  --artifact [NAME=]FILE           a file that was built; registered by its SHA-256; can be repeated
  --artifact-kind KIND             kind of the following artifacts: archive, binary, npm … (default: archive)
  --evidence [LABEL=]FILE          a report; the server recognises its kind; can be repeated
  --evidence-as KIND [LABEL=]FILE  a report of this kind, for content that is ambiguous, such as gitleaks
  --about FILE                     the following evidence is about this artifact; "release": about the release
  --environment NAME               ask whether the release may go to this environment
  --no-assert                      do not ask; a later step of the pipeline does

With a label, evidence supersedes the previous evidence of its kind and label. Give each report a label.

Environment:
  SRP_URL      address of the server, such as https://releases.example.org
  SRP_TOKEN    token with releases:write, evidence:write and verdicts:read; not needed with AUTH_MODE=none
  SRP_TIMEOUT  seconds to wait for one answer (default: 120)
  SRP_RETRIES  number of retries if the connection fails, or the answer is 429, 502 or 503 (default: 3)

Exit code: 0 allowed; 1 denied; 2 could not ask. The reasons of a denial go to the standard output, one per line.
Everything else goes to the error output.
USAGE
}

# Keeps the token out of `sh -x` traces and process lists: tracing is off here, and the variable is not exported.
case $- in *x*) trace=-x ;; *) trace=+x ;; esac
{ set +x; } 2>/dev/null
token=${SRP_TOKEN:-}
unset SRP_TOKEN
# A line break would start another header, and a quote would end the string in curl's configuration.
case $token in *[!A-Za-z0-9._~+/=-]*) bad_token=1 ;; *) bad_token= ;; esac
set "$trace"

say() { printf '==> %s\n' "$*" >&2; }
die() {
  printf 'release.sh: %s\n' "$*" >&2
  exit 2
}

# value OPTION COUNT [VALUE]: fails if the option has no value.
value() { if [ "$2" -lt 2 ] || [ -z "$3" ]; then die "$1 needs a value. See --help"; fi; }
TAB=$(printf '\t')
# on_one_line WHAT TEXT: the API allows no control characters, and the work lists below have one entry per line.
on_one_line() {
  [ -z "$(printf '%s' "$2" | LC_ALL=C tr -dc '\000-\037\177' | od -An -tx1)" ] ||
    die "$1 contains a line break or another control character"
}
number() { case $2 in '' | *[!0-9]*) die "$1 must be a whole number, not '$2'" ;; esac; }

# split [NAME=]FILE: sets $name ("-" for none) and $file. File names can also contain "=".
split() {
  name=- file=$1
  if [ ! -f "$1" ]; then
    case $1 in ?*=*) name=${1%%=*} file=${1#*=} ;; esac
  fi
  if [ ! -f "$file" ] || [ ! -r "$file" ]; then die "cannot read the file $file"; fi
}

digest() {
  if command -v sha256sum >/dev/null 2>&1; then sha256sum <"$1"; else shasum -a 256 <"$1"; fi | cut -c 1-64
}

work=$(mktemp -d) || exit 2
denied=''
# Exit code 1 is reserved for a denial: any other failure becomes 2.
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
      [ "$2" = release ] || { [ -f "$2" ] || die "cannot read the file $2"; about=$(digest "$2"); }
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
    *) die "unknown option $1. See --help" ;;
  esac
  shift 2
done

[ -z "$bad_token" ] || die 'SRP_TOKEN contains a character that is not allowed in a token'
command -v curl >/dev/null 2>&1 || die 'curl is not installed'
url=${SRP_URL:-}
url=${url%/}
case $url in http://?* | https://?*) ;; *) die "SRP_URL must be an http or https address, not '$url'" ;; esac
timeout=${SRP_TIMEOUT:-120} retries=${SRP_RETRIES:-3}
number SRP_TIMEOUT "$timeout"
number SRP_RETRIES "$retries"
number --project "$project"
[ -n "$version" ] || die '--version is missing. See --help'
[ -n "$environment" ] || [ -n "$no_assert" ] ||
  die '--environment is missing. Name the environment, or use --no-assert'
[ -z "$environment" ] || [ -z "$no_assert" ] || die '--environment and --no-assert cannot be used together'
[ -n "$commit" ] || commit=$(git rev-parse HEAD 2>/dev/null) || die 'this folder is not a Git checkout. Use --commit'

# --- HTTP --------------------------------------------------------------------------------------------

# encoded TEXT: percent-encodes a part of a URL.
encoded() {
  case $1 in
    *[!A-Za-z0-9._~-]*) printf '%s' "$1" | od -An -v -tx1 | tr -s ' \n' ' ' | sed 's/ $//; s/^ */ /; s/ /%/g' ;;
    *) printf '%s' "$1" ;;
  esac
}

# json_text TEXT: prints a JSON string. Control characters were refused before.
json_text() { printf '"%s"' "$(printf '%s' "$1" | sed 's/[\\"]/\\&/g')"; }

# strings KEY: prints the string, or each string of the array, under this key of the answer, one per line. Inside a JSON
# string every quote is escaped, so a value cannot look like a key. Escaped control characters stay escaped, because a
# terminal could interpret them.
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
  # Not an argument: every user of the host could read it.
  printf '%s' "${token:+header = \"authorization: Bearer $token\"}" | curl -q -K - --path-as-is "$@" 2>"$work/error"
  set -- "$?"
  set "$trace"
  return "$1"
}

# pause ATTEMPT PROBLEM: waits for the seconds in Retry-After, up to 30 s; without it 1, 2, 4 s …
pause() {
  wait=$(sed -n 's/^[Rr]etry-[Aa]fter: *\([0-9]\{1,6\}\)[^0-9]*$/\1/p' "$work/head" 2>/dev/null | tail -n 1)
  [ -n "$wait" ] || wait=$((1 << ($1 < 4 ? $1 : 4)))
  [ "$wait" -le 30 ] || wait=30
  say "$2. Retrying in $wait s"
  sleep "$wait"
}

# ask METHOD PATH [ARGUMENTS OF CURL...]: sets $status; the answer is in $work/body. It does not follow redirects, which
# would send the token elsewhere.
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
      0:429 | 0:502 | 0:503) problem="the server answered $status" ;;
      0:*) return 0 ;;
      # The name is unknown, or the connection failed or broke. A timeout is not retried.
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
  # The page of a proxy has no detail. Its first characters may explain the problem.
  [ -n "$detail" ] || detail=$(head -c 200 "$work/body" | LC_ALL=C tr -c '\040-\176' ' ')
  die "$method $path: $status: $detail"
}

# made: checks that the resource exists now, and that the answer comes from this platform.
made() {
  case $status in 200 | 201) ;; *) refused ;; esac
  id=$(sed -n '1s/^{"id":"\([0-9a-f-]\{36\}\)".*/\1/p' "$work/body")
  [ -n "$id" ] || die "$method $path: $status, but the answer is not from a release platform. Check SRP_URL"
}

# --- What it does --------------------------------------------------------------------------------------

ask PUT "/projects/$project/releases/$(encoded "$version")" -H 'content-type: application/json' \
  --data-raw "{\"commit\":$(json_text "$commit")${branch:+,\"branch\":$(json_text "$branch")}}"
made
release=$id
say "release $version is $release"

# The loop reads from a file, not from a pipe: in a pipe, a failure would end only the subshell of the loop.
while IFS=$TAB read -r kind name file; do
  sha256=$(digest "$file") size=$(($(wc -c <"$file")))
  ask POST "/releases/$release/artifacts" -H 'content-type: application/json' --data-raw \
    "{\"kind\":$(json_text "$kind"),\"name\":$(json_text "$name"),\"sha256\":\"$sha256\",\"size\":$size}"
  if [ "$status" = 409 ] && [ "$(strings code)" != artifact-exists ]; then
    # The release may be sealed since the last run. Then the artifact must already be in it.
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
  # XML begins with "<", optionally after a byte order mark.
  case $(head -c 200 "$file" | LC_ALL=C tr -d '\357\273\277 \t\r\n' | cut -c 1) in
    '<') type=application/xml ;;
    *) type=application/json ;;
  esac
  # `Expect` would cost a second with a proxy that does not support it.
  ask POST "/releases/$release/evidence${query:+?${query#&}}" -H "content-type: $type" -H 'expect:' \
    --data-binary "@$file"
  made
  say "evidence $file: $(strings kind), $id"
done <"$work/evidence"

if [ -n "$no_assert" ]; then
  say 'did not ask for a verdict: --no-assert'
  exit 0
fi

ask GET "/assert?release=$release&environment=$(encoded "$environment")"
case $status in
  200)
    # A proxy that answers 200 to everything must not let a release pass.
    case $(head -c 20 "$work/body") in
      '{"decision":"allow",'*) ;;
      *) die "$method $path: 200, but the answer has no decision. Check SRP_URL" ;;
    esac
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
